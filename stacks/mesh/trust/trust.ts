import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPrimaryArgs } from "../../../components";
import type { ClusterPlan, MeshPlan } from "../../../components/spec/types";
import type { Site } from "../providers";
import type { Scope } from "../scope";
import type { Ending } from "./expiry";
import type { AskClusters } from "./gates";
import type { CaKeys } from "./keys";

/** What a source of CAs is given. */
export interface TrustInput {
  readonly plan: MeshPlan;
  /** The clusters whose istiods have their CA from it. */
  readonly signing: readonly ClusterPlan[];
  readonly sites: ReadonlyMap<string, Site>;
  readonly scope: Scope;
  readonly keys: CaKeys;
  /** Where each cluster has a stack of its own: how to ask these. @default - they are all here */
  readonly ask?: AskClusters | undefined;
  /** Other roots that workloads with certificates of the mesh's CAs are to trust, PEM. @default [] */
  readonly alsoTrusted?: readonly pulumi.Output<string>[] | undefined;
}

/** Where the CAs of a mesh come from: every source of them answers with one of these. */
export interface Trust {
  /** What each cluster is given whose istiod has its CA from here, by its name. */
  readonly clusters: ReadonlyMap<string, ClusterTrust>;
  /** The root that signs, PEM, where it is known before there is an istiod. */
  readonly root?: pulumi.Output<string>;
  /** End of each root's validity, RFC 3339, where the program knows the roots. */
  readonly rootExpiries?: Readonly<Record<string, pulumi.Output<string>>>;
  /** What is to be replaced in time; not what cert-manager keeps current. */
  readonly endings?: readonly Ending[];
  /** What is to be signed elsewhere, PEM, by cluster name. */
  readonly signingRequests?: Readonly<Record<string, pulumi.Output<string>>>;
  /** Records what waits for all control planes: that each has come to the mesh's root phase. */
  readonly recordPhase?: (rootPhases: readonly pulumi.Output<string>[]) => void;
}

/** One cluster's part of a mesh's trust. */
export interface ClusterTrust {
  /** What its control plane is given. */
  readonly cacerts: Pick<
    ClusterPrimaryArgs,
    | "caCertificate"
    | "caPrivateKey"
    | "certificateChain"
    | "rootCertificate"
    | "rootPhase"
    | "roots"
    | "caIssuer"
    | "crl"
  >;
  /** End of the signing certificate's validity, RFC 3339; unknown where cert-manager keeps it current. */
  readonly notAfter?: pulumi.Output<string>;
}
