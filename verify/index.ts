/** Proof that a running mesh is what its plan says, for the demo, the tests and users alike. */
export { endpointsOf, type EnvoyEndpoint } from "./envoy";
export { renderReport } from "./render";
export {
  type AnswerMatrix,
  CHECK_NAMES,
  type CheckName,
  type CheckResult,
  type CheckStatus,
  type ClientAnswers,
  EXIT_CODES,
  type Result,
  type VerifyReport,
} from "./report";
export { verifyMesh, type VerifyOptions } from "./verify";
