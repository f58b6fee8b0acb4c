import type { V1Container, V1EnvVar, V1Pod } from "@kubernetes/client-node";
import { fieldValue, type PodFacts, resourceValue } from "./fields";
import type { ObjectSource } from "./sources";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What a container's environment is made from, beside its spec. */
export interface EnvContext {
  pod: V1Pod;
  facts: PodFacts;
  source: ObjectSource;
  imageEnv: Record<string, string>;
  /** ClusterIP of the Service kubernetes.default. */
  apiService: string;
}

/** The environment of a container. Throws what the kubelet would show as CreateContainerConfigError. */
export function containerEnv(container: V1Container, context: EnvContext): Record<string, string> {
  const { pod, source, imageEnv, apiService } = context;
  const namespace = pod.metadata!.namespace!;
  const env: Record<string, string> = {
    PATH: DEFAULT_PATH,
    HOSTNAME: pod.metadata!.name!,
    HOME: "/",
    ...imageEnv,
    KUBERNETES_SERVICE_HOST: apiService,
    KUBERNETES_SERVICE_PORT: "443",
    KUBERNETES_SERVICE_PORT_HTTPS: "443",
  };
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef
      ? source.configMap(namespace, configMapRef.name!, configMapRef.optional)
      : source.secret(namespace, secretRef!.name!, secretRef!.optional);
    for (const [key, value] of Object.entries(data)) env[prefix + key] = value.toString();
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, container, env, context);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

/**
 * Replaces $(NAME) by the value of a variable that is defined already. What is not defined stays as it is, and $$
 * stands for a single $.
 */
export function expandReferences(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^()]+)\)/g, (match, name: string | undefined) =>
    name === undefined ? "$" : (env[name] ?? match),
  );
}

function variableValue(
  { name, value, valueFrom }: V1EnvVar,
  container: V1Container,
  env: Record<string, string>,
  { pod, facts, source }: EnvContext,
): string | undefined {
  if (valueFrom === undefined || valueFrom === null) return expandReferences(value ?? "", env);
  const namespace = pod.metadata!.namespace!;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return fieldValue(pod, fieldRef, facts);
  if (resourceFieldRef) return resourceValue(container, resourceFieldRef);
  const reference = configMapKeyRef ?? secretKeyRef;
  if (!reference) throw new Error(`environment variable ${name}: this source is not supported by the lab`);
  const kind = configMapKeyRef ? "configMap" : "secret";
  const data = source[kind](namespace, reference.name!, reference.optional);
  const found = data[reference.key];
  if (found === undefined && !reference.optional) {
    throw new Error(`${kind} ${namespace}/${reference.name} has no key ${reference.key}`);
  }
  return found?.toString();
}
