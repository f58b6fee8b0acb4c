import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { checkMesh } from "../../stacks/config/read";
import { kubeconfig, type KubeconfigEntry, reachable } from "./kubeconfigs";

/** A folder with one kubeconfig file, both there while the tests of a file run. */
export function kubeconfigFolder(entries: readonly KubeconfigEntry[]) {
  let folder = "";
  const file = () => join(folder, "kubeconfig");
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "config-test-"));
    writeFileSync(file(), kubeconfig(entries));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return { folder: () => folder, file };
}

/** Config values of two clusters that a kubeconfig file reaches; it has further ones, each with a fault. */
export function configValues() {
  const { folder, file } = kubeconfigFolder([
    { name: "cluster1" },
    { name: "cluster2" },
    { name: "loopback", cluster: { ...reachable("x"), server: "https://127.0.0.1:6443" } },
    { name: "no-server", cluster: { "certificate-authority-data": "eA==" } },
    { name: "insecure", cluster: { server: "https://x.example", "insecure-skip-tls-verify": true } },
    { name: "ca-file", cluster: { server: "https://x.example", "certificate-authority": "ca.crt" } },
  ]);
  const entry = (index: number, changes: object = {}) => ({
    name: `cluster${index}`,
    network: `network${index}`,
    access: { kubeconfigFile: file(), context: `cluster${index}` },
    ...changes,
  });
  const config = (changes: object = {}) => ({ clusters: [entry(1), entry(2)], ...changes });
  const second = (changes: object) => config({ clusters: [entry(1), entry(2, changes)] });
  const access = (access: object, changes: object = {}) => second({ access, ...changes });
  const inContext = (context: string, changes: object = {}) =>
    access({ kubeconfigFile: file(), context }, changes);
  return { folder, file, entry, config, second, access, inContext };
}

/** What is wrong with a config value when every secret that it names is set. */
export function problemsOf(raw: unknown) {
  return checkMesh(raw, () => true).problems;
}
