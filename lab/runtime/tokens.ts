import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";

const RENEW_AT = 0.8;
const RETRY_MS = 5000;

interface Token {
  value: string;
  timer: NodeJS.Timeout;
}

/** Tokens of one pod's service account, bound to the pod, renewed at 80 % of their life as by the kubelet. */
export class PodTokens {
  private readonly tokens = new Map<string, Token>();
  private readonly core: CoreV1Api;
  private stopped = false;

  constructor(
    kubeConfig: KubeConfig,
    private readonly pod: V1Pod,
    private readonly onRenewed: () => void,
  ) {
    this.core = kubeConfig.makeApiClient(CoreV1Api);
  }

  /** Gets every token that the pod's volumes ask for. */
  async requestAll(): Promise<void> {
    for (const { projected } of this.pod.spec?.volumes ?? []) {
      for (const { serviceAccountToken } of projected?.sources ?? []) {
        if (!serviceAccountToken) continue;
        await this.request(serviceAccountToken.audience, serviceAccountToken.expirationSeconds ?? 3600);
      }
    }
  }

  get(audience: string | undefined, seconds: number): string {
    const token = this.tokens.get(tokenKey(audience, seconds));
    if (token === undefined) throw new Error(`no token for audience ${audience ?? "of the API server"} yet`);
    return token.value;
  }

  stop(): void {
    this.stopped = true;
    for (const { timer } of this.tokens.values()) clearTimeout(timer);
  }

  private async request(audience: string | undefined, seconds: number): Promise<void> {
    const { name, namespace, uid } = this.pod.metadata!;
    const { status } = await this.core.createNamespacedServiceAccountToken({
      name: this.pod.spec!.serviceAccountName ?? "default",
      namespace: namespace!,
      body: {
        spec: {
          audiences: audience === undefined ? [] : [audience],
          expirationSeconds: seconds,
          boundObjectRef: { kind: "Pod", apiVersion: "v1", name: name!, uid: uid! },
        },
      },
    });
    const { token, expirationTimestamp } = status!;
    const lifetimeMs = new Date(expirationTimestamp!).getTime() - Date.now();
    this.keep(audience, seconds, token!, lifetimeMs * RENEW_AT);
  }

  private keep(audience: string | undefined, seconds: number, value: string, renewInMs: number): void {
    if (this.stopped) return;
    const key = tokenKey(audience, seconds);
    clearTimeout(this.tokens.get(key)?.timer);
    const renew = async () => {
      try {
        await this.request(audience, seconds);
        this.onRenewed();
      } catch {
        this.keep(audience, seconds, value, RETRY_MS);
      }
    };
    // setTimeout takes no more than 2^31 - 1 ms.
    const timer = setTimeout(() => void renew(), Math.min(renewInMs, 2 ** 31 - 1));
    this.tokens.set(key, { value, timer });
  }
}

function tokenKey(audience: string | undefined, seconds: number): string {
  return JSON.stringify([audience, seconds]);
}
