import * as pulumi from "@pulumi/pulumi";
import type { HelmValues } from "../topology/types";
import type { ChartLocation } from "../values/charts";
import { applyManifests, type KubernetesObject, type Manifest } from "./manifests";
import { componentType } from "./component";
import { ISTIO_NAMESPACE } from "./names";

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
export class HelmChart extends pulumi.ComponentResource<KubernetesObject[]> {
  /** The chart's objects. */
  public readonly resources: pulumi.Output<KubernetesObject[]>;

  public constructor(name: string, args: HelmChartArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("HelmChart"), name, args, opts);
    this.resources = pulumi.output(this.getData());
  }

  /** Called by the base class, which holds back what depends on this component until the children exist. */
  protected override async initialize(
    args: pulumi.Inputs,
    _opts: pulumi.ComponentResourceOptions,
    name: string,
  ): Promise<KubernetesObject[]> {
    const { besides = [], ...chart } = args as HelmChartArgs;
    const manifests = await render(chart, this);
    return applyManifests(name, [...manifests, ...besides], { parent: this });
  }
}

/** The call behind `helm.v3.Chart`. @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/chart/ */
async function render(args: HelmChartArgs, parent: pulumi.Resource): Promise<Manifest[]> {
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
    result: Manifest[];
  };
  return result;
}
