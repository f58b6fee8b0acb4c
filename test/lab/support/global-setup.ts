import { ensurePulumiToolchain } from "../../../lab/toolchain";

/** Builds what any lab needs once, before any test's time begins to count. */
export default async function setup(): Promise<void> {
  await ensurePulumiToolchain();
}
