import { caKeySecrets } from "../../components/spec/provided-ca/secrets";
import type { Problem } from "../../components/spec/types";
import type { ClusterConfig, MeshConfig } from "./schema";

/** Problems of the names of provided CAs' keys. */
export function caKeyProblems({ ca }: MeshConfig, hasSecret: (name: string) => boolean): Problem[] {
  return caKeySecrets(ca).flatMap(({ secret, path }) => missingSecret(secret, path, hasSecret));
}

/** Problems of the names of the credentials by which images are pulled. */
export function pullCredentialProblems(
  { istio, clusters }: MeshConfig,
  hasSecret: (name: string) => boolean,
): Problem[] {
  const places = [
    ["istio", istio] as const,
    ...clusters.map((cluster, index) => [`clusters[${index}].istio`, cluster.istio] as const),
  ];
  return places.flatMap(([path, settings]) =>
    Object.entries(settings?.imagePullCredentials ?? {}).flatMap(([secret, name]) =>
      missingSecret(name, `${path}.imagePullCredentials.${secret}`, hasSecret),
    ),
  );
}

/** Problems of the name of a cluster's kubeconfig. */
export function secretProblems(
  { access }: ClusterConfig,
  path: string,
  hasSecret: (name: string) => boolean,
): Problem[] {
  return "kubeconfigSecret" in access ? missingSecret(access.kubeconfigSecret, path, hasSecret) : [];
}

/** Problems of the name of the key for a cluster's external control plane. */
export function privateKeyProblems(
  cluster: ClusterConfig,
  path: string,
  hasSecret: (name: string) => boolean,
): Problem[] {
  const name = privateKeyConfig(cluster);
  return name === undefined ? [] : missingSecret(name, path, hasSecret);
}

/** Name of the config value with that key, if there is one. */
export function privateKeyConfig({ externalControlPlane }: ClusterConfig): string | undefined {
  return externalControlPlane?.publicEndpoint?.privateKeyConfig;
}

/** The problem of a property that names a secret config value which does not exist. */
function missingSecret(name: string, path: string, hasSecret: (name: string) => boolean): Problem[] {
  if (hasSecret(name)) return [];
  return [
    {
      path,
      message: `names the config value ${name}, which is not set; set it with: pulumi config set --secret ${name}`,
    },
  ];
}
