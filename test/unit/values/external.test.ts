import { describe, expect, test } from "vitest";
import { externalIstiodValues } from "../../../components/values/external";
import { remoteBaseValues, remoteIstiodValues } from "../../../components/values/remote";

describe("values of the charts", () => {
  const input = {
    clusterName: "cluster2",
    network: "network2",
    meshId: "mesh1",
    trustDomain: "cluster.local",
    imagePullSecrets: [],
  };

  test("let the host's istiod keep the webhooks' CA bundles under its own certificate", () => {
    const { env, extraContainerArgs } = externalIstiodValues(input);
    expect(env).toEqual({
      ISTIO_MULTIROOT_MESH: "true",
      LOCAL_CLUSTER_SECRET_WATCHER: "true",
      SHARED_MESH_CONFIG: "istio",
    });
    expect(extraContainerArgs).toBeUndefined();
  });

  test("let a public name take over for proxies, their CA and webhooks", () => {
    const values = externalIstiodValues({
      ...input,
      publicHostName: "istiod.example.com",
      certificateSecret: "public",
    });
    const roots = "/etc/ssl/certs/ca-certificates.crt";
    expect(values).toMatchObject({
      global: { caAddress: "istiod.example.com:15012" },
      meshConfig: {
        trustDomain: "cluster.local",
        defaultConfig: {
          discoveryAddress: "istiod.example.com:15012",
          proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true", XDS_ROOT_CA: roots, CA_ROOT_CA: roots },
        },
      },
      env: { INJECTION_WEBHOOK_CONFIG_NAME: "", VALIDATION_WEBHOOK_CONFIG_NAME: "" },
    });
    expect(values["volumes"]).toContainEqual({
      name: "public-certificate",
      secret: { secretName: "public" },
    });
  });

  test("give the user's own values the last word", () => {
    const values = externalIstiodValues({ ...input, values: { global: { resourceScope: "all" } } });
    expect(values).toMatchObject({ global: { resourceScope: "all", externalIstiod: true } });
  });

  test("send a remote's webhooks to the public name, or else to its Service istiod", () => {
    const named = remoteIstiodValues({ ...input, isTrusted: true, webhookHostName: "istiod.example.com" });
    expect(named).toMatchObject({
      istiodRemote: { injectionURL: "https://istiod.example.com:15017/inject/cluster/cluster2/net/network2" },
      base: { validationFailurePolicy: "Fail", validationURL: "https://istiod.example.com:15017/validate" },
    });
    expect(named["istiodRemote"]).not.toHaveProperty("injectionPath");
    expect(remoteIstiodValues({ ...input, isTrusted: true })["base"]).not.toHaveProperty("validationURL");
    expect(
      remoteBaseValues({}, { isTrusted: true, webhookHostName: "istiod.example.com" })["base"],
    ).toHaveProperty("validationURL");
  });
});
