import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const MINUTE = 60_000;

/** The tests of these files take longest; begun last they would run on alone. */
const FIRST = ["main-job", "rotation", "credentials", "verify-faults", "imports", "provided", "clouds"];

class LabSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = FIRST.indexOf(basename(moduleId, ".test.ts"));
      return index < 0 ? FIRST.length : index;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

// By default one processor is left to Vitest itself, which hardly needs it.
const maxWorkers = 2;

const MOCKED = { maxWorkers, testTimeout: MINUTE, hookTimeout: MINUTE };

const LABS = {
  runner: "test/lab/support/story-runner.ts",
  maxWorkers,
  testTimeout: 10 * MINUTE,
  hookTimeout: 10 * MINUTE,
};

export default defineConfig({
  test: {
    sequence: { sequencer: LabSequencer },
    // Nobody answers for the clusters of most unit tests, of which the program warns.
    onConsoleLog: (log) => !log.startsWith("warning: [runtime] access of clusters["),
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // Loading the libraries anew for each file would take as long as the tests.
          isolate: false,
          ...MOCKED,
        },
      },
      // What is left of a program that has failed is not to be seen by the next one.
      {
        test: { name: "program", include: ["test/{components,stacks}/**/*.test.ts"], ...MOCKED },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          globalSetup: "test/lab/support/global-setup.ts",
          ...LABS,
        },
      },
      // What changes seldom and takes long: before a release, not in CI.
      {
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          globalSetup: "test/long/support/global-setup.ts",
          ...LABS,
        },
      },
    ],
  },
});
