import { BASE_RELEASE, ISTIO_NAMESPACE } from "../../../components/names";
import type { HelmValues } from "../../../components/spec/types";
import { ISTIO_CRDS } from "../../../components/values/base";
import { isOfBase } from "./base-release";
import { type Prior, priorKey } from "./look";
import { ownerOf } from "./owner-of";

/** What ends an update. */
export interface PriorError {
  readonly text: string;
  /** Whether another `adopt` of the cluster would mend it, as the text says. */
  readonly adoptMends: boolean;
}

const WHOLE =
  "npm run take-over brings the Istio that is there into this stack (docs/take-over.md), and adopt: [istiod] leaves it to its owner";

/** Why Helm would install no release of the base chart over what is there. @param values - of the chart */
export function baseFaults(values: HelmValues, prior: Prior): PriorError[] {
  return [...recordFaults(prior), ...(isClusterWide(values) ? objectFaults(values, prior) : [])];
}

/** Helm refuses a name that is in use, whatever became of its release. */
function recordFaults(prior: Prior): PriorError[] {
  const records = [...prior].flatMap(([key, { labels = {} }]) =>
    key.startsWith(priorKey("Secret", "sh.helm.release.")) &&
    labels["owner"] === "helm" &&
    labels["name"] === BASE_RELEASE
      ? [labels["status"]]
      : [],
  );
  if (records.length === 0) return [];
  const text =
    `has Helm release ${ISTIO_NAMESPACE}/${BASE_RELEASE} already (${records.at(-1)}), and Helm installs none of a name that is in ` +
    `use; ${WHOLE}; if a pulumi up was killed while it made the release, npm run recover removes its record; and if ` +
    `nothing uses it, helm uninstall ${BASE_RELEASE} --namespace ${ISTIO_NAMESPACE} does`;
  return [{ text, adoptMends: true }];
}

/** Helm takes over nothing that is not marked as its release's. */
function objectFaults(values: HelmValues, prior: Prior): PriorError[] {
  const crds = unowned("CustomResourceDefinition", crdsOf(values), prior);
  const hasValidator = values["defaultRevision"] !== "";
  const validators = unowned("ValidatingWebhookConfiguration", hasValidator ? [VALIDATOR] : [], prior);
  const isWhole = prior.has(priorKey("Deployment", "istiod"));
  const mend = isWhole
    ? WHOLE
    : validators.length > 0
      ? "npm run take-over gives them to it; if nothing uses them any more, uninstall them as they were installed"
      : "adopt: [crds] leaves them to their owner; if nobody has them any more, delete them, and with them all of their objects: " +
        `kubectl delete crd ${crds.map(({ name }) => name).join(" ")}`;
  const found = [...crds, ...validators];
  const [first] = found;
  if (first === undefined) return [];
  const owners = [...new Set(found.map(({ owner }) => owner))].join(" and ");
  const more = found.length === 1 ? "" : ` and ${found.length - 1} more objects of Istio's`;
  const text = `has ${first.kind} ${first.name}${more} already, of ${owners}, which Helm release ${BASE_RELEASE} cannot take over; ${mend}`;
  return [{ text, adoptMends: isWhole || validators.length === 0 }];
}

const VALIDATOR = "istiod-default-validator";

function unowned(kind: string, names: readonly string[], prior: Prior) {
  return names.flatMap((name) => {
    const metadata = prior.get(priorKey(kind, name));
    if (metadata === undefined || isOfBase(metadata)) return [];
    return [{ kind, name, owner: ownerOf(metadata) ?? "a pulumi up" }];
  });
}

/** The chart's other scope has none of these. */
function isClusterWide({ global }: HelmValues): boolean {
  return (global as { resourceScope?: string } | undefined)?.resourceScope !== "namespace";
}

function crdsOf({ base }: HelmValues): string[] {
  const { excludedCRDs = [] } = (base ?? {}) as { excludedCRDs?: readonly string[] };
  return ISTIO_CRDS.filter((name) => !excludedCRDs.includes(name));
}
