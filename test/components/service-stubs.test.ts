import { describe, expect, test } from "vitest";
import { SampleApps, ServiceStubs } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";

const db = { name: "db", namespace: "shop", ports: [{ name: "tcp-db", port: 5432 }] };

describe("ServiceStubs", () => {
  test("makes Services under the provider, and no namespace that was not asked for", async () => {
    const { registrations } = await runProgram(() => {
      new ServiceStubs("stubs", { services: [db] }, { provider: testProvider() });
    });
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ServiceStubs stubs",
      "kubernetes:core/v1:Service stubs:shop/db",
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("makes a namespace before what is in it", async () => {
    const { registrations } = await runProgram(() => {
      new ServiceStubs("stubs", { services: [db], namespaces: ["shop"] }, { provider: testProvider() });
    });
    expect(find(registrations, "stubs:shop/db").dependsOn).toEqual(["Namespace stubs:shop"]);
  });

  test("leaves a namespace with what others have put into it, and removes its own Service", async () => {
    const { registrations } = await runProgram(() => {
      new ServiceStubs("stubs", { services: [db], namespaces: ["shop"] }, { provider: testProvider() });
    });
    expect(find(registrations, "stubs:shop").retainOnDelete).toBe(true);
    expect(find(registrations, "stubs:shop/db").retainOnDelete).toBe(false);
  });

  test("leaves a Service that the sample applications have too", async () => {
    const services = [db, { ...db, name: "helloworld", retained: true }];
    const { registrations } = await runProgram(() => {
      new ServiceStubs("stubs", { services }, { provider: testProvider() });
    });
    expect(find(registrations, "stubs:shop/helloworld").retainOnDelete).toBe(true);
    expect(find(registrations, "stubs:shop/db").retainOnDelete).toBe(false);
  });
});

describe("SampleApps", () => {
  test("makes the DestinationRule of its failover, once it is asked for", async () => {
    const rulesOf = async (failover?: object) => {
      const args = { helloworldVersions: ["v1"], ...(failover ? { failover } : {}) };
      const { registrations } = await runProgram(() => {
        new SampleApps("apps", args, { provider: testProvider() });
      });
      return listOf(registrations).filter((text) => text.includes("DestinationRule"));
    };
    expect(await rulesOf()).toEqual([]);
    expect(await rulesOf({})).toEqual([
      "kubernetes:networking.istio.io/v1:DestinationRule apps:sample/helloworld",
    ]);
  });
});
