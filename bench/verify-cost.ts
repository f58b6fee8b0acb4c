import { planMesh } from "../components/spec/mesh/plan";
import { FakeMesh } from "../test/support/fake-mesh";
import { mesh } from "../test/support/specs";
import { verifyMesh } from "../verify";

/**
 * What verify costs on 20 clusters with 250 proxies each: API servers and proxies on this machine, each of which takes
 * 50 ms to answer, and a proxy a second for each gateway that it tries. `npm run verify-cost`, a minute.
 */
const CLUSTERS = 20;
const PROXIES = 250;
const DELAY_MS = 50;

async function main(): Promise<void> {
  const helloworld = Object.fromEntries(
    Array.from({ length: CLUSTERS }, (_, index) => [`cluster${index + 1}`, ["v1"]]),
  );
  const plan = planMesh(mesh(CLUSTERS, { sampleApps: { helloworld } }));
  const fake = await FakeMesh.start(plan, { delayMs: DELAY_MS, proxies: PROXIES });
  try {
    const begun = performance.now();
    const { result, checks } = await verifyMesh(plan, fake.access);
    const seconds = (performance.now() - begun) / 1000;
    console.log(`${result} in ${seconds.toFixed(1)} s, ${checks.length} rows`);
    for (const [call, count] of Object.entries(fake.counts)) console.log(`${count}\t${call}`);
  } finally {
    await fake.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
