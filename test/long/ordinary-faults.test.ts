import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { describeFailure } from "../../ops/failure";
import { pulumi } from "../../ops/pulumi-cli";
import { recover } from "../../ops/recover";
import { EXIT_CODES, renderReport, verifyMesh, type VerifyReport } from "../../verify";
import { previewedSteps, Suite } from "../lab/support/suite";
import { until } from "../lab/support/until";
import { detailOf, failedRows } from "../support/report-rows";
import { documentedAccount } from "./support/accounts";

const ISTIO = "istio-system";
const SYSTEM = ["-n", ISTIO];
const GATEWAY = [...SYSTEM, "service", "istio-eastwestgateway"];

/** A load balancer of which nobody makes any, and a wait for it that a test can sit out. */
const WITHOUT_ADDRESS = {
  values: { service: { loadBalancerClass: "example.com/nobody" } },
  serviceAnnotations: { "pulumi.com/timeoutSeconds": "20" },
};

/** Less than the 30 days of which everybody is told. */
const CA_DAYS = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What happens to everybody once, on two clusters whose names are no texts where YAML 1.1 is read. */
describe("a mesh of clusters no and 1e3", () => {
  const suite = new Suite({
    name: "ordinary",
    clusters: [
      { name: "no", network: "network1" },
      { name: "1e3", network: "network2", ranges: 1 },
    ],
  });

  type Changes = Record<string, Record<string, unknown>>;
  const configure = (changes: Changes = {}, kubeconfigFile = suite.lab.kubeconfig, overrides = {}) => {
    const own = (name: string) => ({ access: { kubeconfigFile, context: name }, ...changes[name] });
    return suite.configure({
      ca: { protectRoot: false, intermediateValidityDays: CA_DAYS },
      ...overrides,
      clusters: suite.clusters({ no: own("no"), "1e3": own("1e3") }),
    });
  };
  /** What the Pulumi CLI says. */
  const said = async (...command: string[]): Promise<string> => {
    const options = { reject: false };
    const args = [...command, "--stack", suite.place.stack];
    const { stdout, stderr } = await pulumi(suite.stack.workspace, args, options);
    return `${stdout}\n${stderr}`;
  };
  const look = async (): Promise<VerifyReport> => {
    const { plan, kubeConfigs } = await suite.openMesh();
    return verifyMesh(plan, kubeConfigs);
  };

  beforeAll(async () => {
    await suite.start();
  });
  afterAll(suite.stop);

  describe("whose gateway gets no address", () => {
    let first: Promise<string>;

    test("is not changed by a second up while the first one waits, and recover leaves it alone", async () => {
      await configure({ no: { gateway: WITHOUT_ADDRESS } });
      first = said("up", "--yes", "--skip-preview");
      const waits = () => suite.kubectl("no", "get", ...GATEWAY, "--ignore-not-found", "-o", "name") !== "";
      await until("the gateway", () => Promise.resolve(waits()), 300);
      const second = await suite.stack.up().then(() => "went on", describeFailure);
      expect(second).toMatch(
        /^stack ordinary is in use by \S+'s process \d+ on \S+, since \S+; let it finish, or, if it was killed, run npm run recover -- --stack ordinary, and then this again$/,
      );
      await expect(recover(suite.stack.workspace, suite.place.stack)).rejects.toThrow(
        /^stack ordinary is in use by .*; let it finish, or stop it$/,
      );
    });

    test("ends its up after a while, and says so at preview and in verify", async () => {
      expect(await first).toMatch(/Service.*no-gateway-chart[^]*timed out waiting for the condition/);
      expect(await said("preview")).toContain(
        "Service istio-system/istio-eastwestgateway of no-gateway has no load balancer address, for which pulumi up waits",
      );
      const report = await look();
      expect(detailOf(report, "gateway no")).toContain(
        "has no load balancer address; see: kubectl describe service",
      );
      expect(EXIT_CODES[report.result]).toBe(1);
    });

    test("goes on once it has one", async () => {
      const ingress = [{ ip: "198.51.100.7" }];
      const patch = JSON.stringify({ status: { loadBalancer: { ingress } } });
      suite.kubectl("no", "patch", ...GATEWAY, "--subresource=status", "--type=merge", "-p", patch);
      expect(await said("up", "--yes", "--skip-preview")).not.toContain("error");
      expect((await suite.stack.outputs())["gatewayAddresses"]?.value).toMatchObject({ no: "198.51.100.7" });
    });

    test("or once the config asks for one that there is", async () => {
      await configure();
      await suite.stack.up();
      await suite.expectWorkingMesh();
    });
  });

  describe("whose preview is a user's with the rights of docs/previews.md", () => {
    const change: Changes = { "1e3": { network: "other" } };
    const tokens = { readerTokenEpoch: 2 };
    let previewer: string;

    beforeAll(() => {
      previewer = documentedAccount(suite, "previewer", "previews.md");
    });

    test("shows what one of an administrator shows, and the other kubeconfigs", async () => {
      await configure(change, undefined, tokens);
      const { update = [], ...steps } = await previewedSteps(suite.stack);
      await configure(change, previewer, tokens);
      expect(await previewedSteps(suite.stack)).toEqual({
        ...steps,
        update: [...update, "kubernetes 1e3", "kubernetes no"].sort(),
      });
    });

    test("shows what an API server would refuse only with the right to try, by which nothing can be changed", async () => {
      const refused = { gateway: { serviceAnnotations: { "no key!": "" } } };
      await configure({}, previewer, refused);
      expect(await said("preview")).not.toContain("error");
      await configure({}, documentedAccount(suite, "preview", "previews.md", 1), refused);
      expect(await said("preview")).toContain("name part must consist of alphanumeric characters");
      const label = (...how: string[]) =>
        suite.kubectl(
          "no",
          "--as=system:serviceaccount:default:preview",
          "label",
          "namespace",
          ISTIO,
          "a=b",
          ...how,
        );
      expect(label("--dry-run=server")).toContain("labeled (server dry run)");
      expect(() => label()).toThrow("this user may only try");
    });

    test("is no user who can verify, or read a key", async () => {
      await configure({}, previewer);
      const report = await look();
      expect(EXIT_CODES[report.result]).toBe(2);
      expect(detailOf(report, "root no")).toContain("docs/verify.md has the rights that verify needs");
    });
  });

  test("tells of CAs that end soon, which is no fault until they do", async () => {
    await configure();
    const report = await look();
    expect(renderReport(report)).toMatch(
      /Not for long:\n {2}root no:\n {4}the CA of no expires in 19 days, on \d{4}-\S+; pulumi preview says how/,
    );
    expect(EXIT_CODES[report.result]).toBe(0);
    const then = Date.now() + (CA_DAYS + 1) * DAY_MS;
    vi.useFakeTimers({ toFake: ["Date"], now: then });
    onTestFinished(() => void vi.useRealTimers());
    const over = await look();
    expect(failedRows(over)).toEqual(expect.arrayContaining(["root no", "root 1e3"]));
    expect(detailOf(over, "root no")).toContain("the CA of no expired on");
    expect(EXIT_CODES[over.result]).toBe(1);
  });

  test("is verified by a user with the rights of docs/verify.md", async () => {
    await configure({}, documentedAccount(suite, "verifier", "verify.md"));
    await suite.expectWorkingMesh();
  });

  test("takes no namespace over for its sample applications, with which it would be deleted", async () => {
    suite.kubectl("no", "create", "namespace", "theirs");
    await configure({}, undefined, { sampleApps: { namespace: "theirs" } });
    expect(await said("preview")).toContain(
      "clusters[0] (no) has the namespace theirs already, of field manager kubectl-create, which would become that of the sample",
    );
  });

  test("warns of an update that leaves out a minor version", async () => {
    await configure();
    const state = await suite.stack.exportStack();
    const text = JSON.stringify(state.deployment).replaceAll(
      `"version":"${suite.toolchain.versions.istio}"`,
      '"version":"1.29.2"',
    );
    await suite.stack.importStack({ ...state, deployment: JSON.parse(text) as object });
    expect(await said("preview")).toMatch(
      /no: Istio goes from 1\.29\.2 to 1\.31\.\d+ and leaves out 1 minor version/,
    );
    await suite.stack.importStack(state);
  });
});
