import * as pulumi from "@pulumi/pulumi";
import type { AddressType, MeshSpec } from "istio-multicluster";
import { helloworld } from "./helloworld";

/** The mesh of the team that calls helloworld of west, of which it knows the address of a gateway and who may answer. */
export function importing(stackReference: string, addressType?: AddressType): Omit<MeshSpec, "clusters"> {
  return {
    exporters: [{ name: "west", from: { stackReference }, addressType }],
    links: [{ observer: "east", observed: "west", kind: "import" }],
    services: [helloworld],
    imports: [{ services: { name: helloworld.name }, host: "hello.west.mesh.internal" }],
    dnsCapture: true,
    // For a client to try it from.
    sampleApps: { helloworld: { east: ["v2"] } },
  };
}

/** Address of the gateway of west. */
export function addressOf(stack: string): pulumi.Output<string> {
  const offered = new pulumi.StackReference(stack).requireOutput("exports");
  return offered.apply(({ west }: Record<string, { address: string }>) => {
    if (west === undefined) throw new pulumi.RunError(`stack ${stack} exports nothing of west`);
    return west.address;
  });
}
