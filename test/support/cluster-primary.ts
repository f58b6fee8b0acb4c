import { ClusterPrimary, type ClusterPrimaryArgs, type ReaderPlan } from "../../components";
import { testProvider } from "./components";
import { type MockCluster, runProgram } from "./mocks";

const READER: ReaderPlan = {
  tokenSecret: "istio-multicluster-reader-token",
  rules: [
    { apiGroup: "", resources: ["pods"], verbs: ["list", "watch"], scope: "cluster", feature: "endpoints" },
    {
      apiGroup: "",
      resources: ["configmaps"],
      resourceNames: ["istio"],
      verbs: ["list"],
      scope: "istio-system",
      feature: "trust domain",
    },
  ],
};

/** Deploys a primary that is observed and whose CA is given, with changes of its arguments. */
export const deployPrimary = (changes: Partial<ClusterPrimaryArgs> = {}, cluster: MockCluster = {}) =>
  runProgram(
    () =>
      new ClusterPrimary(
        "cluster1",
        {
          clusterName: "cluster1",
          network: "network1",
          caCertificate: "ca certificate",
          caPrivateKey: "ca key",
          certificateChain: "chain",
          rootCertificate: "root",
          reader: READER,
          ...changes,
        },
        { provider: testProvider() },
      ),
    cluster,
  );
