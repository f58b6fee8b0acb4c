import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { spireAgent } from "./objects/spire/agent";
import { SPIRE_IMAGES } from "./spec/spire/images";

/** Arguments of {@link SpireAgent}. */
export interface SpireAgentArgs {
  /** Name of the cluster, the same as that of its `SpireServer`. */
  clusterName: string;
  /** Trust domain of that server. */
  trustDomain: string;
  /** Names of Secrets of the namespace `spire` by which images are pulled. @default [] */
  imagePullSecrets?: string[];
  /** Image of the agent. @default "ghcr.io/spiffe/spire-agent:1.13.3" */
  image?: string;
  /** Image of the CSI driver. @default "ghcr.io/spiffe/spiffe-csi-driver:0.2.7" */
  csiDriverImage?: string;
  /** Image that announces the CSI driver. @default "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0" */
  nodeDriverRegistrarImage?: string;
}

/**
 * SPIRE's agent on every node of a cluster, and the CSI driver that brings its socket into pods. Depends on the
 * `SpireServer`, whose roots the agents start with.
 *
 * @see https://spiffe.io/docs/latest/spire-about/spire-concepts/
 */
export class SpireAgent extends pulumi.ComponentResource {
  public constructor(name: string, args: SpireAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("SpireAgent"), name, {}, opts);
    const {
      clusterName,
      trustDomain,
      image,
      csiDriverImage,
      nodeDriverRegistrarImage,
      imagePullSecrets = [],
    } = args;
    const images = {
      agent: image ?? SPIRE_IMAGES.agent,
      csiDriver: csiDriverImage ?? SPIRE_IMAGES.csiDriver,
      nodeDriverRegistrar: nodeDriverRegistrarImage ?? SPIRE_IMAGES.nodeDriverRegistrar,
    };
    applyChart(name, (chart) => spireAgent(chart, { clusterName, trustDomain, images, imagePullSecrets }), {
      parent: this,
      // Agents that were made without it run on, for which they would else all start anew.
      ignoreChanges: ["spec.template.spec.nodeSelector"],
    });
    this.registerOutputs({});
  }
}
