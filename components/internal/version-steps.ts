import * as pulumi from "@pulumi/pulumi";
import { minor, valid } from "semver";
import { DEFAULT_ISTIO_VERSION } from "../defaults";
import { hook } from "./hook";
import type { IstioArgs } from "./istio-args";

/**
 * Warns of an update of a cluster's Istio that leaves minor versions out, at preview too. How old the running one is no config
 * says, so whoever looked seldom after a mesh takes such a step without knowing.
 *
 * @param name - of the component whose Istio it is
 * @see https://istio.io/latest/docs/setup/upgrade/in-place/
 */
export function versionSteps(name: string, istio: IstioArgs = {}): pulumi.ResourceHook[] {
  // Charts of a folder have versions of their own.
  const version = istio.version ?? (istio.folder === undefined ? DEFAULT_ISTIO_VERSION : undefined);
  return hook(`${name}-version-steps`, ({ oldOutputs }) => {
    const deployed = oldOutputs?.["status"] as { version?: string } | undefined;
    const warning = leftOut(deployed?.version, version);
    if (warning !== undefined) void pulumi.log.warn(`${name}: ${warning}`);
  });
}

/** What to say of a step from one version of Istio to another; nothing where it is short, or one is not known. */
export function leftOut(from: string | undefined, to: string | undefined): string | undefined {
  if (from === undefined || to === undefined || valid(from) === null || valid(to) === null) return undefined;
  const [before, after] = [minor(from), minor(to)];
  const left = Math.abs(after - before) - 1;
  if (left < 1) return undefined;
  return (
    `Istio goes from ${from} to ${to} and leaves out ${left} minor version${left === 1 ? "" : "s"}, which its releases are ` +
    "not tested for; go one minor version at a time, as docs/runbooks/istio-upgrade.md says"
  );
}
