import { ensurePulumiToolchain } from "../../../lab/toolchain";
import { SPIRE_TOOLS } from "./spire-lab";

/** Builds what these labs need once, before any test's time begins to count. */
export default async function setup(): Promise<void> {
  await ensurePulumiToolchain({ onDemand: [...SPIRE_TOOLS, "vault", "helm"] });
}
