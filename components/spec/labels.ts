import { isIP } from "node:net";
import type { Problem } from "./types";

/** A Kubernetes label of RFC 1123: what a cluster name must be to serve as Secret key, Istio cluster ID and name part. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_LABEL_MAX = 63;

/** The cluster ID that Istio's charts use when none is set; as a name it would hide a missing setting. */
const CHART_DEFAULT_CLUSTER = "Kubernetes";

/** Says what keeps `value` from being a DNS-1123 label, or nothing. */
function dnsLabelProblem(value: string): string | undefined {
  if (value === "") return "must not be empty; give it a DNS-1123 label such as cluster1";
  if (value === CHART_DEFAULT_CLUSTER) {
    return `must not be ${CHART_DEFAULT_CLUSTER}: that is the ID that Istio gives to a cluster nobody named; choose a name of its own`;
  }
  if (value.length > DNS_LABEL_MAX) {
    return `has ${value.length} characters; shorten it to at most ${DNS_LABEL_MAX}`;
  }
  if (!DNS_LABEL.test(value)) {
    return `"${value}" is not a DNS-1123 label; use lower-case letters, digits and "-", beginning and ending with a letter or digit`;
  }
  return undefined;
}

/** The same as a list of problems of a property. */
export function labelProblems(value: string | undefined, path: string): Problem[] {
  const message = value === undefined ? undefined : dnsLabelProblem(value);
  return message === undefined ? [] : [{ path, message }];
}

const DNS_NAME = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Whether a certificate can be issued for a text: a DNS name, and no IP address, nor one with a slip in it.
 * @see https://url.spec.whatwg.org/#ends-in-a-number-checker
 */
export function isDnsName(text: string): boolean {
  return isIP(text) === 0 && DNS_NAME.test(text) && !/\.\d+$/.test(text);
}

/** A name that has to be one of the mesh's clusters. */
export function unknownCluster(name: string, names: ReadonlySet<string>, path: string): Problem[] {
  if (names.has(name)) return [];
  return [
    {
      path,
      message: `"${name}" is not a cluster of this mesh; known are ${[...names].join(", ") || "none"}`,
    },
  ];
}
