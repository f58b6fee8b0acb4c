/** The component library. Importing it registers nothing and reads nothing. */
export { ClusterPrimary, type ClusterPrimaryArgs } from "./cluster-primary";
export { ClusterRemote, type ClusterRemoteArgs } from "./cluster-remote";
export { EastWestGateway, type EastWestGatewayArgs } from "./east-west-gateway";
export { IntermediateCA, type IntermediateCAArgs } from "./intermediate-ca";
export type { IstioArgs } from "./internal/istio-args";
export { RemoteSecretLink, type RemoteSecretLinkArgs } from "./remote-secret-link";
export { RootCA, type RootCAArgs } from "./root-ca";
export { SampleApps, type SampleAppsArgs } from "./sample-apps";
export { expectedVersions, planMesh } from "./topology/plan";
export type * from "./topology/types";
export { validateMesh, warningsOf } from "./topology/validate";
