import type { ApiException } from "@kubernetes/client-node";

/** Why an API server could not be asked, as far as the code of an error tells. Says nothing that the error quotes. */
export interface ClientFault {
  /** What it does or has, for a sentence that begins with the server. */
  readonly fault: string;
  /** What to do about it. */
  readonly mend: string;
}

const NOT_REACHED = "check that the cluster runs, its address and this machine's way to it";

/** Tells credentials, plugins and certificates from a server that does not answer: each is mended elsewhere. */
export function faultOf(error: unknown): ClientFault {
  const { code: status } = (error ?? {}) as Partial<ApiException<unknown>>;
  if (status === 401) {
    return {
      fault: "does not accept who asks (HTTP 401)",
      mend: "renew the kubeconfig's credentials, as by logging in to the cluster anew",
    };
  }
  if (typeof status === "number" && (status === 429 || status >= 500)) {
    return {
      fault: `is too busy, or fails (HTTP ${status})`,
      mend: "try again, and see the log of the API server, or of the load balancer before it",
    };
  }
  const { name } = (error ?? {}) as Partial<Error>;
  if (name === "PluginTimeoutError") {
    return {
      fault: "could not be asked, since the kubeconfig's credential plugin has not ended in time",
      mend: "run kubectl with the same kubeconfig and context: it may wait for a login",
    };
  }
  if (name === "NoApiError") {
    return {
      fault: "gives no answer of an API server, but one such as of a proxy that wants a login",
      mend: "log in to the proxy on the way there, or correct the server of the kubeconfig",
    };
  }
  if (name === "TimeoutError") {
    return { fault: "gives no answer in time", mend: NOT_REACHED };
  }
  const { code, spawns } = causeOf(error);
  if (code === undefined) {
    return { fault: "could not be asked", mend: "try kubectl with the same kubeconfig and context" };
  }
  if (spawns) {
    return {
      fault: `could not be asked, since the kubeconfig's credential plugin does not start (${code})`,
      mend: "install the command that its user names under exec, or put it on PATH",
    };
  }
  if (/^(ENOENT|EACCES|ERR_OSSL)/.test(code)) {
    return {
      fault: `could not be asked, since a certificate, key or file of the kubeconfig cannot be read (${code})`,
      mend: "correct it, or fetch the cluster's kubeconfig anew",
    };
  }
  return certificateFault(code) ?? { fault: `does not answer (${code})`, mend: NOT_REACHED };
}

/** What is wrong with the certificate that a server has shown; nothing of another fault. */
function certificateFault(code: string): ClientFault | undefined {
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) {
    return {
      fault: `has a certificate that is not valid at this machine's time (${code})`,
      mend: "check this machine's clock, and renew the API server's certificate or the CA above it, whichever has expired",
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      fault: `has a certificate for other names than its address (${code})`,
      mend: "correct the server of the kubeconfig, or set tls-server-name beside it to a name of the certificate",
    };
  }
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return {
      fault: `has a certificate that the kubeconfig's CA does not vouch for (${code})`,
      mend: "fetch the cluster's kubeconfig anew, and check its server and certificate-authority-data",
    };
  }
  return undefined;
}

/** The innermost code of Node's, such as ECONNREFUSED, and whether it is of a command. */
function causeOf(error: unknown): { code?: string; spawns?: boolean } {
  if (!(error instanceof Error)) return {};
  const inner = causeOf(error.cause);
  if (inner.code !== undefined) return inner;
  const { code, syscall = "" } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? { code, spawns: syscall.startsWith("spawn") } : {};
}
