import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const MINUTE = 60_000;

/** The tests of these files take longest; begun last they would run on alone. */
const FIRST = ["main-job", "rotation", "credentials", "provided"];

/** It builds cert-manager and Vault, which no other test needs. */
const LAST = "issuer";

class LabSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const name = basename(moduleId, ".test.ts");
      if (name === LAST) return FIRST.length + 1;
      return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LabSequencer },
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
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
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
