import { afterAll, expect, test } from "vitest";
import { issuerFault } from "../../../stacks/mesh/identity/live-issuer";
import { type Answer, ApiServer } from "../../support/api-server";
import { closedAddress, insecureKubeconfig } from "../../support/served-namespaces";

const ROOT = { name: "root", kind: "ClusterIssuer", group: "cert-manager.io" };
const servers: ApiServer[] = [];
afterAll(() => servers.forEach((server) => server.stop()));

/** An API server that has one issuer, or answers whatever is asked for it. */
async function fault(answer: Answer, issuer = ROOT): Promise<{ fault: string | undefined; asked: string[] }> {
  const server = await ApiServer.start(() => answer);
  servers.push(server);
  const text = await issuerFault(insecureKubeconfig("cluster1", server.url), issuer, 1000);
  return { fault: text, asked: server.requests };
}

test("an issuer with a CA can sign a server's", async () => {
  expect(await fault({ spec: { ca: { secretName: "root" } } })).toEqual({
    fault: undefined,
    asked: ["GET /apis/cert-manager.io/v1/clusterissuers/root"],
  });
});

test.each([
  ["of ACME", { spec: { acme: {} } }, "is of kind ACME, which signs no CAs"],
  [
    "that signs itself",
    { spec: { selfSigned: {} } },
    "is self-signed, so every CA would be a root of its own",
  ],
  ["that there is not", 404, "is not there; install cert-manager"],
])("one %s cannot", async (_, answer, message) => {
  expect((await fault(answer)).fault).toContain(message);
});

test("one of a namespace is looked for in SPIRE's", async () => {
  const { asked } = await fault({ spec: { ca: {} } }, { ...ROOT, kind: "Issuer" });
  expect(asked).toEqual(["GET /apis/cert-manager.io/v1/namespaces/spire/issuers/root"]);
});

test("nothing is refused that nobody knows", async () => {
  expect((await fault(403)).fault).toBeUndefined();
  expect((await fault(undefined)).fault).toBeUndefined();
  const unreachable = insecureKubeconfig("cluster1", await closedAddress());
  expect(await issuerFault(unreachable, ROOT, 1000)).toBeUndefined();
  const other = await fault({ spec: { selfSigned: {} } }, { ...ROOT, group: "awspca.cert-manager.io" });
  expect(other).toEqual({ fault: undefined, asked: [] });
});
