/** The component library. Importing it registers nothing and reads nothing. */
export { localityFailover, type LocalityFailoverInput } from "./objects/locality-failover";
export { CaSigningRequest, type CaSigningRequestArgs } from "./ca-signing-request";
export { ClusterPrimary, type ClusterPrimaryArgs } from "./cluster-primary";
export { clusterProvider, type ClusterProviderArgs } from "./cluster-provider";
export { ClusterRemote, type ClusterRemoteArgs } from "./cluster-remote";
export { EastWestGateway, type EastWestGatewayArgs } from "./east-west-gateway";
export { ExistingCluster, type ExistingClusterArgs } from "./existing-cluster";
export { IngressGateway, type IngressGatewayArgs, type IngressRouteArgs } from "./ingress-gateway";
export { IntermediateCA, type IntermediateCAArgs } from "./intermediate-ca";
export { ExternalControlPlane, type ExternalControlPlaneArgs } from "./external-control-plane";
export type { CaIssuerArgs } from "./internal/issued-ca";
export type { IstioArgs } from "./internal/istio-args";
export { IssuedCA, type IssuedCAArgs } from "./issued-ca";
export { MeshPolicy, type MeshPolicyArgs } from "./mesh-policy";
export { ObserverSecret, type ObserverSecretArgs, type ObservedClusterArgs } from "./observer-secret";
export { RemoteSecretLink, type RemoteSecretLinkArgs } from "./remote-secret-link";
export { RootCA, type RootCAArgs, type RootSettings } from "./root-ca";
export { SampleApps, type SampleAppsArgs } from "./sample-apps";
export {
  ServiceExport,
  type ServiceAliasArgs,
  type ServiceAliasPortArgs,
  type ServiceExportArgs,
} from "./service-export";
export {
  ServiceImport,
  type ServiceImportArgs,
  type ServiceImportEndpointArgs,
  type ServiceImportPortArgs,
} from "./service-import";
export { ServiceStubs, type ServiceStubsArgs } from "./service-stubs";
export { SpireAgent, type SpireAgentArgs } from "./spire-agent";
export { SpireServer, type SpireServerArgs } from "./spire-server";
export { TrustDomainFederation, type TrustDomainFederationArgs } from "./trust-domain-federation";
export { WorkloadIdentities, type WorkloadIdentitiesArgs } from "./workload-identities";
export type { WorkloadSocketArgs } from "./internal/workload-socket";
export { expectedVersions } from "./spec/sample-apps/answers";
export { passthroughSni } from "./names";
export { planMesh } from "./spec/mesh/plan";
export type { MeshRoots } from "./pki/exchange";
export type * from "./spec/types";
export { validateMesh, warningsOf } from "./spec/mesh/validate";
