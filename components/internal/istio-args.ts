import type * as pulumi from "@pulumi/pulumi";
import { DEFAULT_ISTIO_VERSION } from "../defaults";
import { type ChartLocation, type ChartName, locateChart } from "../values/charts";

/** Which Istio to install, and from where. Of `repository`, `oci` and `folder` at most one is set. */
export interface IstioArgs {
  /**
   * Chart version; not used with `folder`, whose charts carry their own.
   * @default "1.31.1"
   */
  version?: string;
  /**
   * URL of a Helm repository that holds `base`, `istiod` and `gateway`.
   * @default - Istio's own release repository
   */
  repository?: string;
  /** OCI prefix; the charts are `<oci>/base`, `<oci>/istiod`, `<oci>/gateway`. */
  oci?: string;
  /** Folder that holds `base/`, `istiod/` and `gateway/`. */
  folder?: string;
  /**
   * Image registry prefix.
   * @default - the charts' own
   */
  hub?: string;
  /**
   * Image tag.
   * @default - the charts' own
   */
  tag?: string;
  /**
   * Names of image pull Secrets.
   * @default []
   */
  imagePullSecrets?: string[];
  /**
   * Docker configurations, JSON, by the name of the image pull Secret of istio-system that is made of each; their names
   * belong to `imagePullSecrets` too. A gateway makes none: those of its cluster's component are there.
   * @default {}
   */
  imagePullCredentials?: Record<string, pulumi.Input<string>>;
}

/** Arguments with which both Helm resources find one of Istio's charts. */
export function chartOf(name: ChartName, istio: IstioArgs = {}): ChartLocation {
  return locateChart(name, istio, istio.version ?? DEFAULT_ISTIO_VERSION);
}
