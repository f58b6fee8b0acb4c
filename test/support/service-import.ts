import { ServiceImport, type ServiceImportArgs } from "../../components";
import { find, testProvider } from "./components";
import { runProgram } from "./mocks";

export const HOST = "helloworld.sample.svc.cluster.local";
export const IDENTITY = "spiffe://cluster.local/ns/sample/sa/helloworld";

/** What both objects of an import of that host are called. */
export const ENTRY = `import:sample/import-${HOST}`;

/** An import from one gateway. */
export const ARGS: ServiceImportArgs = {
  host: HOST,
  namespace: "sample",
  ports: [{ name: "http", port: 5000 }],
  endpoints: [{ cluster: "cluster2", addresses: ["192.0.2.2"] }],
  subjectAltNames: [IDENTITY],
};

/** That import, with changes of its arguments. */
export async function deployImport(changes: Partial<ServiceImportArgs> = {}) {
  const { registrations } = await runProgram(() => {
    new ServiceImport("import", { ...ARGS, ...changes }, { provider: testProvider() });
  });
  const spec = (name: string, kind: string) => find(registrations, name, kind).inputs["spec"];
  return { registrations, spec };
}
