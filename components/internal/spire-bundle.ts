import { ConfigMap, ConfigMapPatch } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { SPIRE_BUNDLE, SPIRE_BUNDLE_FILE, SPIRE_NAMESPACE } from "../names";

/** What a SPIRE server tells of its trust domain. */
export interface SpireBundle {
  /** Its roots, PEM, as they are at each preview and `up`. */
  readonly roots: pulumi.Output<string>;
  /** There once the server has told them. */
  readonly told: pulumi.Resource;
}

/** Reads what a server writes for its agents. @param opts - depend on the server */
export function spireBundle(name: string, opts: pulumi.CustomResourceOptions): SpireBundle {
  const told = new ConfigMapPatch(
    `${name}-bundle`,
    {
      metadata: {
        name: SPIRE_BUNDLE,
        namespace: SPIRE_NAMESPACE,
        annotations: { "pulumi.com/waitFor": `jsonpath={.data['${SPIRE_BUNDLE_FILE}']}` },
      },
    },
    opts,
  );
  const id = told.id.apply(() => `${SPIRE_NAMESPACE}/${SPIRE_BUNDLE}`);
  const { data } = ConfigMap.get(`${name}-bundle`, id, { ...opts, dependsOn: [told] });
  return { roots: data.apply((files) => files?.[SPIRE_BUNDLE_FILE] ?? ""), told };
}
