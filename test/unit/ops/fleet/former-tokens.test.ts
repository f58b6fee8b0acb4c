import { afterEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import { endFormerTokens, endTokens } from "../../../../ops/fleet/former-tokens";
import { type Answer, ApiServer } from "../../../support/api-server";
import { cluster, mesh } from "../../../support/specs";

const SECRETS = "/api/v1/namespaces/istio-system/secrets";
const NAME = "istio-multicluster-reader-token";

const DELETED = { kind: "Status", status: "Success" };

function token(name: string, account = "istio-multicluster-reader") {
  const annotations = { "kubernetes.io/service-account.name": account };
  return { metadata: { name, uid: `uid of ${name}`, annotations } };
}

describe("the tokens that clusters' stacks have left", () => {
  let api: ApiServer;
  afterEach(() => api.stop());

  const end = async (tokenSecret: string | undefined, ...items: object[]) =>
    endOver(DELETED, tokenSecret, items);
  const endOver = async (deleted: Answer, tokenSecret: string | undefined, items: object[]) => {
    api = await ApiServer.start((method, path): Answer => {
      if (method === "GET" && path === SECRETS) return { kind: "SecretList", items };
      return method === "DELETE" ? deleted : 404;
    });
    return endTokens(
      { reader: tokenSecret === undefined ? undefined : { tokenSecret, rules: [] } },
      api.kubeConfig(),
    );
  };

  test("are deleted, all but the one that the links have", async () => {
    const items = [token(NAME), token(`${NAME}-2.1`), token(`${NAME}-3.1`)];
    expect(await end(`${NAME}-3.1`, ...items)).toEqual([NAME, `${NAME}-2.1`]);
    expect(api.requests[0]).toBe(`GET ${SECRETS}?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token`);
    expect(api.changes).toHaveLength(2);
    expect(api.changes[0]).toContain(`DELETE ${SECRETS}/${NAME} `);
    expect(api.changes[0]).toContain(`"preconditions":{"uid":"uid of ${NAME}"}`);
  });

  test("may be deleted by another command at the same time", async () => {
    expect(await endOver(404, `${NAME}-2.1`, [token(NAME)])).toEqual([NAME]);
    expect(api.changes).toHaveLength(1);
  });

  test.each([
    ["of other accounts", token(`${NAME}-of-somebody`, "somebody")],
    ["that others gave the reader", token("monitoring")],
    ["in use", token(`${NAME}-2.1`)],
  ])("are not those %s", async (_, item) => {
    expect(await end(`${NAME}-2.1`, item)).toEqual([]);
    expect(api.changes).toEqual([]);
  });

  test("are not looked for where there is no reader", async () => {
    expect(await end(undefined, token(NAME))).toEqual([]);
    expect(api.requests).toEqual([]);
  });

  test.each(["skip", "forget"] as const)(
    "are left where nobody answers and the config says %s, and end the command otherwise",
    async (whenUnreachable) => {
      api = await ApiServer.start(() => 404);
      const kubeConfigs = new Map([["cluster2", api.kubeConfig()]]);
      api.stop();
      const lines: string[] = [];
      const run = (second: object) =>
        endFormerTokens(
          { plan: planMesh(mesh(2, { clusters: [cluster(1), cluster(2, second)] })), kubeConfigs },
          (line) => lines.push(line),
        );
      await run({ whenUnreachable });
      const told = /^cluster cluster2 at http:.*ECONNREFUSED.*; what there is of its reader's former/;
      expect(lines).toEqual([expect.stringMatching(told)]);
      await expect(run({})).rejects.toThrow(told);
    },
  );
});
