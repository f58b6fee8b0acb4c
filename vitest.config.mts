import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const MINUTE = 60_000;

/** The tests of these files take longest; begun last they would run on alone. */
const LONG = ["main-job", "rotation", "credentials", "provided"];

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongOnesFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{unit,components,stacks}/**/*.test.ts"],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        test: {
          name: "issuers",
          include: ["test/lab/issuer.test.ts"],
          bail: 1,
          testTimeout: 10 * MINUTE,
          hookTimeout: 90 * MINUTE,
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          // It builds cert-manager and Vault first, which takes longer than a test run may: npm run test:issuers.
          exclude: ["test/lab/issuer.test.ts"],
          // The tests of one file are steps of one story on one mesh: after a failed step the rest means nothing.
          bail: 1,
          // Labs spend much of their time waiting, and each file has one of its own.
          maxWorkers: 2,
          globalSetup: "test/lab/support/global-setup.ts",
          testTimeout: 10 * MINUTE,
          hookTimeout: 45 * MINUTE,
        },
      },
    ],
  },
});
