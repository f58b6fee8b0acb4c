import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writtenBy } from "./process-usage";

/** A bucket for states, on this machine. */
export interface ObjectStore {
  /** What tells Pulumi of it. */
  readonly backend: Readonly<Record<string, string>>;
  /** The folder in which the server keeps it: an object is a folder there. */
  readonly folder: string;
  /** What the server has written to files on a disk: bytes. */
  written(): number;
}

const BUCKET = "state";
const INTERVAL_MS = 100;

/**
 * With an endpoint Pulumi asks for `when_required`, and what its library sends for that, MinIO takes for a wrong checksum.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.256.0/pkg/backend/diy/backend.go `translateLegacyS3Params`
 */
const SETTINGS = "use_path_style=true&region=us-east-1&request_checksum_calculation=when_supported";

/** Has a bucket on a MinIO server while work is done; nothing is left of either after that. */
export async function withObjectStore<T>(
  minio: string,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "object-store-"));
  const disk = join(home, "disk");
  // A folder of a server that has one disk is a bucket.
  const folder = join(disk, BUCKET);
  mkdirSync(folder, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const [user, password] = [randomBytes(8).toString("hex"), randomBytes(16).toString("hex")];
  const server = spawn(
    minio,
    ["server", "--quiet", "--address", address, "--console-address", "127.0.0.1:0", disk],
    {
      env: {
        ...{ MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password },
        ...{ MINIO_BROWSER: "off", MINIO_UPDATE: "off", HOME: home },
      },
      stdio: "ignore",
    },
  );
  try {
    await ready(server, `http://${address}/minio/health/ready`);
    return await work({
      backend: {
        PULUMI_BACKEND_URL: `s3://${BUCKET}?endpoint=http://${address}&${SETTINGS}`,
        AWS_ACCESS_KEY_ID: user,
        AWS_SECRET_ACCESS_KEY: password,
      },
      folder,
      written: () => writtenBy(server.pid ?? 0),
    });
  } finally {
    if (runs(server) && server.kill()) await once(server, "exit");
    rmSync(home, { recursive: true });
  }
}

async function ready(server: ChildProcess, url: string): Promise<void> {
  while (!(await answers(url))) {
    if (!runs(server)) throw new Error(`MinIO ended by itself, with code ${server.exitCode}`);
    await sleep(INTERVAL_MS);
  }
}

const runs = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
