import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";
import type { HelmValues } from "../spec/types";
import type { ChartLocation } from "../values/charts";
import { chartRenderer } from "./chart-renderer";
import { componentType } from "./component";
import { applyManifests, type KubernetesObject, type Manifest } from "./manifests";
import { outputsIn } from "./outputs";
import { isUnitTest } from "./unit-test";
import { fixedCounts } from "./pod-counts";

/** Arguments of {@link HelmChart}: plain values only, so that every object shows in a preview; an Output is refused. */
export interface HelmChartArgs extends ChartLocation {
  /** Name of the release that the chart is rendered for. */
  releaseName: string;
  values: HelmValues;
  /** Objects that go with the chart's, such as those that need what only an Output tells. */
  besides?: readonly Manifest[];
  /** What a Deployment of the chart has where the chart says nothing. @default {} */
  deployment?: Readonly<Record<string, unknown>>;
}

/**
 * How a Deployment replaces its pods behind a load balancer that takes its time with new ones: all at once, or an update
 * would take that time for each.
 */
export function rollout(minReadySeconds: number | undefined): Pick<HelmChartArgs, "deployment"> {
  if (minReadySeconds === undefined) return {};
  const rollingUpdate = { maxSurge: "100%", maxUnavailable: 0 };
  return { deployment: { minReadySeconds, strategy: { type: "RollingUpdate", rollingUpdate } } };
}

/**
 * A Helm chart whose objects are resources of their own.
 *
 * Unlike `helm.v4.Chart` of `@pulumi/kubernetes` it renders without a cluster. That chart is built inside the cluster's
 * provider, which refuses to while the cluster cannot be reached, and with that ends the whole program: one dead
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
    const { besides = [], deployment = {}, ...chart } = args as HelmChartArgs;
    refuseOutputs(name, chart.values);
    const manifests = withDeployment(await render(chart), deployment);
    const opts = { parent: this, transformations: [fixedCounts(name)] };
    return applyManifests(name, [...manifests, ...besides], opts);
  }
}

/**
 * Whoever makes JSON of an Output gets a text that tells so, and of a promise an empty object: a chart would take either.
 *
 * @throws pulumi.RunError that names the value
 */
function refuseOutputs(name: string, values: HelmValues): void {
  const [path] = outputsIn(values);
  if (path === undefined) return;
  throw new pulumi.RunError(
    `the value ${path} of the chart of ${name} is an Output; charts take plain values only, so that a preview shows every ` +
      "object; give one that the program knows when it runs, as by require of a pulumi.Config in place of requireSecret",
  );
}

/**
 * Istio's charts ask neither for a version nor for the kinds that a cluster knows. A user's own copies of them get the
 * same answer wherever they are rendered.
 */
const KUBERNETES_VERSION = "1.34.0";

/** The call behind `helm.v3.Chart`. @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/chart/ */
async function render(args: HelmChartArgs): Promise<Manifest[]> {
  const { chart, version, repositoryOpts, releaseName, values } = args;
  const isFolder = /^\.{0,2}\//.test(chart);
  const jsonOpts = JSON.stringify({
    ...(isFolder ? { path: chart } : { chart, version }),
    ...(repositoryOpts ? { fetch_opts: { repo: repositoryOpts.repo } } : {}),
    kube_version: KUBERNETES_VERSION,
    namespace: ISTIO_NAMESPACE,
    release_name: releaseName,
    values,
  });
  const provider = chartRenderer();
  const isOfUnitTest = isUnitTest();
  try {
    const answer: unknown = await pulumi.runtime.invoke(
      "kubernetes:helm:template",
      { jsonOpts },
      { provider },
    );
    // The mocks of Pulumi's documentation answer with what they are asked.
    const { result = isOfUnitTest ? [] : undefined } = answer as { result?: Manifest[] };
    return withWebhooksInReach((result as Manifest[]).map(withoutStrayNamespace));
  } catch (error) {
    throw new pulumi.RunError(notRendered(args, error));
  }
}

/** Without it each chart would be a stack trace, which says neither where the source is chosen nor what else there is. */
function notRendered({ chart, version, repositoryOpts }: HelmChartArgs, error: unknown): string {
  const source = repositoryOpts === undefined ? "" : ` of ${repositoryOpts.repo}`;
  const reason = (error instanceof Error ? error.message : String(error))
    .replace(/^invocation of \S+ returned an error: /, "")
    .replace(/^failed to generate YAML for specified Helm chart: /, "");
  return (
    `the chart ${chart}${version === undefined ? "" : ` ${version}`}${source} cannot be rendered: ${reason}; ` +
    "if it is not there or cannot be reached, set istio.charts to a repository, an OCI prefix or a folder that has it, " +
    "see docs/runbooks/air-gapped.md; if a value is wrong, correct the values of the chart"
  );
}

/**
 * Kinds of Istio's charts of which the provider has to ask a cluster whether they belong into a namespace. With no
 * cluster to ask it gives them the release's, which is part of a resource's name.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/kinds/kinds.go
 */
const CLUSTER_WIDE = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];

function withoutStrayNamespace(manifest: Manifest): Manifest {
  if (!CLUSTER_WIDE.includes(manifest.kind)) return manifest;
  const { namespace: _namespace, ...metadata } = manifest.metadata;
  return { ...manifest, metadata };
}

/**
 * Seconds for which pods behind a webhook have to be ready. kube-proxy hears of them after their readiness, a second
 * later at least, and until then the API server refuses whatever it would ask them about: it cannot reach them.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds
 */
const WEBHOOK_MIN_READY_SECONDS = 3;

function withWebhooksInReach(manifests: Manifest[]): Manifest[] {
  if (!manifests.some(({ kind }) => kind.endsWith("WebhookConfiguration"))) return manifests;
  return withDeployment(manifests, { minReadySeconds: WEBHOOK_MIN_READY_SECONDS });
}

function withDeployment(manifests: Manifest[], defaults: Readonly<Record<string, unknown>>): Manifest[] {
  return manifests.map((manifest) => {
    if (manifest.kind !== "Deployment") return manifest;
    return { ...manifest, spec: { ...defaults, ...(manifest["spec"] as object) } };
  });
}
