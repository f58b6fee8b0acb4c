import { expect, it } from "vitest";
import { corefile } from "../../../lab/clusters/dns";

// CoreDNS asks its plugins in an order of its own, templates before Kubernetes.
it("no template answers for the names of a cluster's Services", () => {
  const blocks = corefile("/kubeconfig", "10.1.0.1").split(/^\}\n/m);
  const ofKubernetes = blocks.filter((block) => block.includes("kubernetes"));
  expect(ofKubernetes).toHaveLength(1);
  expect(ofKubernetes[0]).toMatch(/^cluster\.local in-addr\.arpa \{/);
  expect(ofKubernetes[0]).not.toContain("template");
});
