import type { Chart } from "cdk8s";
import { ISTIO_NAMESPACE } from "../names";
import type { MtlsMode } from "../spec/types";
import { PeerAuthentication, PeerAuthenticationSpecMtlsMode } from "./imports/security.istio.io";

/** What the name of the policy's resource has after the name of its component. */
export const POLICY = `:${ISTIO_NAMESPACE}/default`;

/**
 * The mesh-wide default for mutual TLS, which namespaces and workloads can override.
 * @see https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#globally-enabling-istio-mutual-tls-in-strict-mode
 */
export function meshWideMtls(chart: Chart, mode: MtlsMode): void {
  new PeerAuthentication(chart, "default", {
    metadata: { name: "default", namespace: ISTIO_NAMESPACE },
    spec: { mtls: { mode: PeerAuthenticationSpecMtlsMode[mode] } },
  });
}
