import { onTestFinished } from "vitest";
import type { MeshSpec } from "../../components";
import { configureMesh, deployMesh } from "../../stacks/mesh/library";
import { type Answer, ApiServer } from "./api-server";
import { LOAD_BALANCER } from "./deploy";
import { Hooks } from "./hooks";
import { CA_DATA } from "./kubeconfigs";
import { runProgram } from "./mocks";
import { insecureKubeconfig } from "./served-namespaces";

/** Previews mesh blue, whose clusters are all one API server that has this, by path. */
export async function previewOver(spec: MeshSpec, has: Readonly<Record<string, Answer>>) {
  const server = await ApiServer.start((_, path) => has[path] ?? 404);
  onTestFinished(() => server.stop());
  const hooks = new Hooks();
  const caBundle = Buffer.from(CA_DATA, "base64").toString();
  const access = Object.fromEntries(
    spec.clusters.map(({ name }) => [
      name,
      { kubeconfig: insecureKubeconfig(name, server.url), caBundle, loopbackIsShared: true },
    ]),
  );
  const { registrations } = await runProgram(
    () => deployMesh(configureMesh(spec, access), "blue", { transformations: [hooks.transformation] }),
    { ...LOAD_BALANCER, preview: true },
  );
  return { hooks, registrations };
}
