/** Images that the lab's nodes have. */
export const HELLOWORLD = "docker.io/istio/examples-helloworld-v1:1.0";
export const CURL = "docker.io/curlimages/curl:8.16.0";

/** A pod of one container, with what pod security "restricted" demands of it. */
export function pod(
  name: string,
  image: string,
  {
    command,
    temporaryFolder = false,
    node,
  }: { command?: string[]; temporaryFolder?: boolean; node?: string },
): { readonly spec: object; readonly [field: string]: unknown } {
  const mounts = temporaryFolder ? [{ name: "tmp", mountPath: "/tmp" }] : [];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: name } },
    spec: {
      nodeName: node,
      hostname: name,
      subdomain: "headless",
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name,
          image,
          command,
          stdin: true,
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: mounts,
        },
      ],
      volumes: mounts.map(({ name: volume }) => ({ name: volume, emptyDir: {} })),
    },
  };
}
