import { ensureToolchain } from "../../../lab/toolchain";

/** Builds what every lab needs once, before any test's time begins to count. */
export default async function setup(): Promise<void> {
  await ensureToolchain();
}
