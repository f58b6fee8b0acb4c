import { expect, test } from "vitest";
import { faultOf } from "../../../stacks/mesh/client-fault";

const withCode = (code: string, more: object = {}) => Object.assign(new Error("s3cret"), { code, ...more });
const failed = (cause: Error) => new TypeError("fetch failed", { cause });

test.each([
  [
    "no route",
    failed(withCode("EHOSTUNREACH")),
    "does not answer (EHOSTUNREACH)",
    "check that the cluster runs",
  ],
  [
    "another CA",
    failed(withCode("UNABLE_TO_VERIFY_LEAF_SIGNATURE")),
    "has a certificate that the kubeconfig's CA does not vouch for (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    "fetch the cluster's kubeconfig anew",
  ],
  [
    "another name",
    failed(withCode("ERR_TLS_CERT_ALTNAME_INVALID")),
    "has a certificate for other names than its address",
    "set tls-server-name",
  ],
  [
    "an expired certificate",
    failed(withCode("CERT_HAS_EXPIRED")),
    "has a certificate that is not valid at this machine's time (CERT_HAS_EXPIRED)",
    "renew the API server's certificate",
  ],
  [
    "a clock that is late",
    failed(withCode("CERT_NOT_YET_VALID")),
    "has a certificate that is not valid at this machine's time (CERT_NOT_YET_VALID)",
    "check this machine's clock",
  ],
  [
    "a plugin that is not there",
    withCode("ENOENT", { syscall: "spawn plugin" }),
    "could not be asked, since the kubeconfig's credential plugin does not start (ENOENT)",
    "install the command",
  ],
  [
    "a file that is not there",
    withCode("ENOENT", { syscall: "open" }),
    "could not be asked, since a certificate, key or file of the kubeconfig cannot be read (ENOENT)",
    "correct it",
  ],
  [
    "a key that is none",
    failed(withCode("ERR_OSSL_PEM_NO_START_LINE")),
    "could not be asked, since a certificate, key or file",
    "correct it",
  ],
  ["a busy server", Object.assign(new Error("s3cret"), { code: 429 }), "is too busy", "try again"],
  ["a failing server", Object.assign(new Error("s3cret"), { code: 503 }), "fails (HTTP 503)", "try again"],
  ["what says no code", new Error("s3cret"), "could not be asked", "try kubectl"],
  ["nothing", undefined, "could not be asked", "try kubectl"],
])("%s is told by its code, without what it quotes", (_, error, fault, mend) => {
  const found = faultOf(error);
  expect(found).toEqual({ fault: expect.stringContaining(fault), mend: expect.stringContaining(mend) });
  expect(JSON.stringify(found)).not.toContain("s3cret");
});
