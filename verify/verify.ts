import type { KubeConfig } from "@kubernetes/client-node";
import type { MeshPlan } from "../components/spec/types";
import { api } from "./checks/api";
import { endpoints } from "./checks/endpoints";
import { exportedServices } from "./checks/export";
import { externalControlPlane } from "./checks/external-control-plane";
import { gateway } from "./checks/gateway";
import { importedServices } from "./checks/import";
import { issuedCa } from "./checks/issued-ca";
import { network } from "./checks/network";
import { readerCredential } from "./checks/reader-credential";
import { remoteSync } from "./checks/remote-sync";
import { defaultRequests, request } from "./checks/request";
import { requestImported } from "./checks/request-imported";
import { root } from "./checks/root";
import { PROXIES_ASKED, signer } from "./checks/signer";
import { federation, identity } from "./checks/spire";
import { transit } from "./checks/transit";
import { ClusterClient } from "./kube/cluster-client";
import { MeshReader } from "./kube/mesh-reader";
import type { Outcome, Probe } from "./probe";
import { CHECK_NAMES, type CheckName, type CheckResult, makeReport, type VerifyReport } from "./report";
import { settle } from "./settle";

/** Options of {@link verifyMesh}. */
export interface VerifyOptions {
  /** Requests per client. @default max(30, 20 × number of clusters) */
  readonly requests?: number;
  /** How many proxies of a cluster are asked for their certificates; `Infinity` asks all. @default 50, a sample */
  readonly proxies?: number;
  /** How long checks that fail are repeated until they pass. @default 0, the state as it is */
  readonly waitSeconds?: number;
  /** Checks to make. @default - all */
  readonly only?: readonly CheckName[];
  /** Ends the verification early; `verifyMesh` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told before each wait what is being waited for. */
  readonly onWait?: (message: string) => void;
}

/**
 * Proves on a running mesh that it is what the plan says. Changes nothing.
 *
 * Needs the API servers only, not the networks behind them, and of these the rights in docs/verify.md. A cluster that
 * cannot be reached fails the rows that need it, and no others.
 *
 * @param access - a client configuration per cluster name, with its current context set
 */
export async function verifyMesh(
  plan: MeshPlan,
  access: ReadonlyMap<string, KubeConfig>,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const { only = CHECK_NAMES, waitSeconds = 0, signal, onWait } = options;
  const how = {
    newReader: () => new MeshReader(plan, clientsOf(access, signal)),
    deadline: Date.now() + waitSeconds * 1000,
    signal,
    onWait,
  };
  const probes = probesFor(plan, options).filter(({ check }) => only.includes(check));
  // Requests are dear, and fail anyhow until the rest is in place.
  const state = await settle(
    probes.filter(({ check }) => check !== "request"),
    how,
  );
  const traffic = await settle(
    probes.filter(({ check }) => check === "request"),
    how,
  );
  const outcomes = [...state, ...traffic];
  return makeReport(
    outcomes.map(([probe, outcome]) => toResult(probe, outcome)),
    outcomes.flatMap(([, { answers }]) => answers ?? []),
  );
}

function clientsOf(
  access: ReadonlyMap<string, KubeConfig>,
  signal: AbortSignal | undefined,
): Map<string, ClusterClient> {
  return new Map([...access].map(([name, config]) => [name, new ClusterClient(name, config, signal)]));
}

function probesFor(plan: MeshPlan, options: VerifyOptions): Probe[] {
  return [
    ...[api, network, readerCredential, root].flatMap((check) => check(plan)),
    ...signer(plan, options.proxies ?? PROXIES_ASKED),
    ...identity(plan, options.proxies ?? PROXIES_ASKED),
    ...federation(plan),
    ...[issuedCa, externalControlPlane, remoteSync, gateway].flatMap((check) => check(plan)),
    ...[exportedServices, endpoints, importedServices, transit].flatMap((check) => check(plan)),
    ...request(plan, options.requests ?? defaultRequests(plan)),
    ...requestImported(plan),
  ];
}

function toResult(
  { check, cluster, peer }: Probe,
  { status, detail, couldNotLook, warning }: Outcome,
): CheckResult {
  return {
    check,
    cluster,
    ...(peer === undefined ? {} : { peer }),
    status,
    detail,
    ...(couldNotLook ? { couldNotLook } : {}),
    ...(warning === undefined ? {} : { warning }),
  };
}
