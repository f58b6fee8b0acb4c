import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";
import type { HelmValues } from "../spec/types";
import type { ChartLocation } from "../values/charts";
import { componentType } from "./component";
import { applyManifests, type KubernetesObject, type Manifest } from "./manifests";

/** Arguments of {@link HelmChart}: plain values only, so that every object shows in a preview. */
export interface HelmChartArgs extends ChartLocation {
  /** Name of the release that the chart is rendered for. */
  releaseName: string;
  values: HelmValues;
  /** Objects that go with the chart's, such as those that need what only an Output tells. */
  besides?: readonly Manifest[];
}

/**
 * A Helm chart whose objects are resources of their own.
 *
 * Unlike `helm.v4.Chart` of `@pulumi/kubernetes` it renders without asking the cluster. That chart is built inside the
 * provider, which refuses to while its cluster cannot be reached, and with that ends the whole program: one dead
 * cluster would keep a mesh of many from any change.
 */
export class HelmChart extends pulumi.ComponentResource<KubernetesObject[] | typeof pulumi.unknown> {
  /** The chart's objects; unknown in the preview of a cluster that is yet to be made, which cannot show them. */
  public readonly resources: pulumi.Output<KubernetesObject[]>;

  public constructor(name: string, args: HelmChartArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("HelmChart"), name, args, opts);
    this.resources = pulumi.output(this.getData()) as pulumi.Output<KubernetesObject[]>;
  }

  /** Called by the base class, which holds back what depends on this component until the children exist. */
  protected override async initialize(
    args: pulumi.Inputs,
    _opts: pulumi.ComponentResourceOptions,
    name: string,
  ): Promise<KubernetesObject[] | typeof pulumi.unknown> {
    const { besides = [], ...chart } = args as HelmChartArgs;
    const manifests = await render(chart, this);
    const objects = applyManifests(name, [...(manifests ?? []), ...besides], { parent: this });
    if (manifests !== undefined) return objects;
    void pulumi.log.info("A preview shows its objects once its cluster exists.", this);
    return pulumi.unknown;
  }
}

/**
 * The call behind `helm.v3.Chart`. The engine answers it with nothing while the provider's kubeconfig is unknown.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/chart/
 */
async function render(args: HelmChartArgs, parent: pulumi.Resource): Promise<Manifest[] | undefined> {
  const { chart, version, repositoryOpts, releaseName, values } = args;
  const isFolder = /^\.{0,2}\//.test(chart);
  const jsonOpts = JSON.stringify({
    ...(isFolder ? { path: chart } : { chart, version }),
    ...(repositoryOpts ? { fetch_opts: { repo: repositoryOpts.repo } } : {}),
    namespace: ISTIO_NAMESPACE,
    release_name: releaseName,
    values,
  });
  const { result } = (await pulumi.runtime.invoke("kubernetes:helm:template", { jsonOpts }, { parent })) as {
    result?: Manifest[];
  };
  return result;
}
