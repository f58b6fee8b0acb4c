import { parseCertificates } from "../../pki/certificates";
import { hostedBy, isPrimary, remotesOf } from "../../topology/links";
import type { ClusterSpec, MeshSpec, Problem } from "../types";
import { adopted, adopts } from "./adopted";

/** What exists already is described, and nothing is asked of it that only a control plane of this program has. */
export function adoption(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    const path = `clusters[${index}]`;
    return [
      ...rootCertificate(cluster, `${path}.rootCertificate`),
      ...remote(cluster, `${path}.adopt`),
      ...external(cluster, `${path}.adopt`, spec),
      ...(adopts(cluster, "istiod") ? adoptedIstiod(cluster, path, spec) : []),
    ];
  });
}

/** Certificates that are none, or that may sign no others. */
export function rootProblems(pem: string, path: string): Problem[] {
  const certificates = parseCertificates(pem);
  if (certificates === undefined) {
    return [
      { path, message: "is not PEM text of certificates; give what openssl x509 prints, from -----BEGIN on" },
    ];
  }
  return certificates
    .filter(({ ca }) => !ca)
    .map(({ subject }) => ({
      path,
      message: `holds ${subject.replaceAll("\n", ", ")}, which is no CA; give the root to which a cluster's CA chains`,
    }));
}

function rootCertificate(cluster: ClusterSpec, path: string): Problem[] {
  const pem = cluster.rootCertificate;
  if (pem !== undefined) {
    if (adopts(cluster, "cacerts")) return rootProblems(pem, path);
    return [{ path, message: `has no effect: the CA of ${cluster.name} is made here; remove it` }];
  }
  if (!adopts(cluster, "cacerts") || !isPrimary(cluster) || cluster.externalControlPlane) return [];
  return [
    {
      path,
      message: `is missing, without which nobody can tell whether other clusters trust ${cluster.name}; give root-cert.pem of its Secret istio-system/cacerts`,
    },
  ];
}

function remote(cluster: ClusterSpec, path: string): Problem[] {
  if (isPrimary(cluster) || !adopts(cluster, "cacerts")) return [];
  const message = `says that ${cluster.name} has a CA of its own, but it is a remote of ${cluster.controlPlanes?.join(", ")}; adopt its namespace only, or remove controlPlanes`;
  return [{ path, message }];
}

/** An external control plane comes with its namespace and CA, and serves a cluster that has no istiod. */
function external(cluster: ClusterSpec, path: string, { clusters }: MeshSpec): Problem[] {
  const hosted = hostedBy(cluster.name, clusters);
  if (hosted !== undefined && adopted(cluster).length > 0) {
    return [{ path, message: `has no effect: ${cluster.name} only runs the istiod of ${hosted}; remove it` }];
  }
  if (cluster.externalControlPlane === undefined || !adopts(cluster, "cacerts")) return [];
  const message = `says that ${cluster.name} has a CA of its own, but its istiod runs in ${cluster.externalControlPlane.host}; adopt its namespace only, or remove externalControlPlane`;
  return [{ path, message }];
}

function adoptedIstiod(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  const served = remotesOf(cluster.name, spec.clusters);
  const settings = (["istiod", "base"] as const).filter((key) => cluster[key] !== undefined);
  return [
    ...settings.map((key) => ({
      path: `${path}.${key}`,
      message: `has no effect: the istiod of ${cluster.name} is not installed here; remove it`,
    })),
    ...(served.length === 0
      ? []
      : [
          {
            path: `${path}.adopt`,
            message: `says that the istiod of ${cluster.name} is not installed here, so it cannot be set up to serve ${served.join(", ")}; name another control plane for these`,
          },
        ]),
  ];
}
