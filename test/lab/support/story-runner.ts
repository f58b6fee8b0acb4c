import { type RunnerTask, type RunnerTestSuite, TestRunner } from "vitest";

/**
 * The tests of one file are steps of one story on one mesh: after a failed step the rest of the file means nothing and is
 * skipped. Other files have meshes of their own and go on, which vitest's `bail` would not let them.
 */
export default class StoryRunner extends TestRunner {
  public override onAfterRunTask(test: RunnerTask): void {
    super.onAfterRunTask(test);
    this.endAfterFailure(test);
  }

  /** A hook that failed is its suite's failure. */
  public override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite);
    this.endAfterFailure(suite);
  }

  private endAfterFailure({ result }: RunnerTask): void {
    if (result?.state === "fail") this.cancel("test-failure");
  }
}
