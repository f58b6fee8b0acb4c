import * as pulumi from "@pulumi/pulumi";
import type { AddressType, Platform } from "istio-multicluster";
import { configureMesh, deployMesh } from "istio-multicluster/mesh";
import { exporting } from "./exporter";
import { addressOf, importing } from "./importer";

const config = new pulumi.Config();

/** The stack from which this one imports. Without it, this is the one that exports. */
const exporter = config.get("exporter");
const otherRoot = config.get("otherRoot");

const name = exporter === undefined ? "west" : "east";
const platform = config.get<Platform>("platform", {
  allowedValues: ["eks", "gke", "aks", "openshift", "on-premises", "kind"],
});

/** Every output of the mesh; `exports` is what the importing stack reads. */
export = deployMesh(
  configureMesh(
    {
      ca: {
        protectRoot: config.getBoolean("protectRoot"),
        trustBundle: otherRoot === undefined ? [] : [otherRoot],
      },
      clusters: [{ name, network: name, platform, istioCni: config.getBoolean("istioCni") }],
      ...(exporter === undefined
        ? exporting
        : importing(exporter, config.get<AddressType>("exporterAddressType"))),
    },
    { [name]: { kubeconfig: config.requireSecret("kubeconfig"), context: config.get("context") } },
    {},
    exporter === undefined ? {} : { west: addressOf(exporter) },
  ),
);
