import { describe, expect, test } from "vitest";
import { proxyFor } from "../../../stacks/mesh/environment-proxy";

const PROXY = "http://proxy.example:3128";

describe("the proxy of an environment", () => {
  test.each([
    ["of no environment", "https://a.example", {}, undefined],
    ["for https", "https://a.example", { HTTPS_PROXY: PROXY }, PROXY],
    ["in small letters", "https://a.example", { https_proxy: PROXY }, PROXY],
    ["of the other protocol", "https://a.example", { HTTP_PROXY: PROXY }, undefined],
    ["for http", "http://a.example", { HTTP_PROXY: PROXY, HTTPS_PROXY: "http://b" }, PROXY],
    [
      "without a protocol of its own",
      "https://a.example",
      { HTTPS_PROXY: "proxy:3128" },
      "http://proxy:3128",
    ],
    ["that is empty", "https://a.example", { HTTPS_PROXY: "" }, undefined],
    ["for the machine itself", "https://127.0.0.1:6443", { HTTPS_PROXY: PROXY }, undefined],
    ["for the machine's name", "https://localhost:6443", { HTTPS_PROXY: PROXY }, undefined],
    ["for the machine itself, by IPv6", "https://[::1]:6443", { HTTPS_PROXY: PROXY }, undefined],
    ["for what is no address", "a", { HTTPS_PROXY: PROXY }, undefined],
  ])("%s is taken as Kubernetes' own clients take it", (_, server, environment, proxy) => {
    expect(proxyFor(server, environment)).toBe(proxy);
  });

  test.each([
    ["*", "https://a.example", true],
    ["a.example", "https://a.example", true],
    ["example", "https://a.example", true],
    [".example", "https://a.example", true],
    ["*.example", "https://a.example", true],
    ["A.Example ", "https://a.example", true],
    ["a.example", "https://ba.example", false],
    [".a.example", "https://a.example", false],
    ["a.example:6443", "https://a.example:6443", true],
    ["a.example:6443", "https://a.example", false],
    ["a.example:443", "https://a.example", true],
    ["b.example,10.0.0.0/8", "https://10.1.2.3:6443", true],
    ["10.0.0.0/8", "https://11.1.2.3:6443", false],
    ["10.0.0.0/8", "https://a.example", false],
    ["10.1.2.3", "https://10.1.2.3:6443", true],
    ["10.1.2.3:6443", "https://10.1.2.3:6443", true],
    ["10.1.2.3:6443", "https://10.1.2.3", false],
    ["fd00::/8", "https://[fd00::1]:6443", true],
    ["fd00::1", "https://[fd00::1]:6443", true],
    ["[fd00::1]:6443", "https://[fd00::1]:6443", true],
    ["10.0.0.0/99, ,x/y", "https://10.1.2.3", false],
  ])("is not asked where NO_PROXY is %s and the API is %s: %s", (exceptions, server, direct) => {
    const proxy = proxyFor(server, { HTTPS_PROXY: PROXY, NO_PROXY: exceptions });
    expect(proxy).toBe(direct ? undefined : PROXY);
  });
});
