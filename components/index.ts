/** The component library. Importing it registers nothing and reads nothing. */
export { localityFailover, type LocalityFailoverInput } from "./charts/locality-failover";
export { ClusterPrimary, type ClusterPrimaryArgs } from "./cluster-primary";
export { ClusterRemote, type ClusterRemoteArgs } from "./cluster-remote";
export { EastWestGateway, type EastWestGatewayArgs } from "./east-west-gateway";
export { ExistingCluster, type ExistingClusterArgs } from "./existing-cluster";
export { IntermediateCA, type IntermediateCAArgs } from "./intermediate-ca";
export { ExternalControlPlane, type ExternalControlPlaneArgs } from "./external-control-plane";
export type { IstioArgs } from "./internal/istio-args";
export { MeshPolicy, type MeshPolicyArgs } from "./mesh-policy";
export { RemoteSecretLink, type RemoteSecretLinkArgs } from "./remote-secret-link";
export { RootCA, type RootCAArgs } from "./root-ca";
export { SampleApps, type SampleAppsArgs } from "./sample-apps";
export { ServiceStubs, type ServiceStubsArgs } from "./service-stubs";
export { expectedVersions } from "./topology/answers";
export { planMesh } from "./topology/plan";
export type * from "./topology/types";
export { validateMesh, warningsOf } from "./topology/validate";
