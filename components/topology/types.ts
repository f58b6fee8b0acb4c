/** What a user says of a mesh, and what the planner makes of it. Pure data: no Pulumi types, no secrets. */
export type * from "./types/ca";
export type * from "./types/cluster";
export type * from "./types/external";
export type * from "./types/gateway";
export type * from "./types/issuer";
export type * from "./types/istio";
export type * from "./types/kubernetes";
export type * from "./types/link";
export type * from "./types/locality";
export type * from "./types/mesh";
export type * from "./types/platform";
export type * from "./types/problem";
export type * from "./types/reader";
export type * from "./types/root";
export type * from "./types/sample-apps";
export type * from "./types/service";
