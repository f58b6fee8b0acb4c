/** What a user says of a mesh, and what the planner makes of it. Pure data: no Pulumi types, no secrets. */
export type * from "./ca/types";
export type * from "./clusters/types";
export type * from "./external/types";
export type * from "./gateway/types";
export type * from "./issuer/types";
export type * from "./istio/types";
export type * from "./kubernetes";
export type * from "./links/types";
export type * from "./locality/types";
export type * from "./mesh/types";
export type * from "./gateway/load-balancer";
export type * from "./problem";
export type * from "./readers/types";
export type * from "./root/types";
export type * from "./provided-ca/types";
export type * from "./sample-apps/types";
export type * from "./services/types";
