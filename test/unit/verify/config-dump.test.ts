import { describe, expect, it } from "vitest";
import { endpointsOf } from "../../../verify/envoy";
import { outboundCluster, serverNames, tlsByCluster, tlsPage } from "../../../verify/envoy-config";

/** As Envoy 1.37 gives them for what istiod 1.31 sends. */
describe("Envoy's /config_dump", () => {
  const HELLO = "helloworld.sample.svc.cluster.local";

  it("gives the server names of the listener for services, each once", () => {
    const chain = (name: string) => ({
      filter_chain_match: { application_protocols: ["istio", "istio-h2"], server_names: [name] },
      filters: [{ name: "envoy.filters.network.tcp_proxy", typed_config: { cluster: name } }],
    });
    const listener = {
      "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
      name: "0.0.0.0_15443",
      filter_chains: [chain(`outbound_.80_._.${HELLO}`), chain(`outbound_.5000_._.${HELLO}`)],
    };
    const config = {
      "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump.DynamicListener",
      name: "0.0.0.0_15443",
      active_state: { listener },
      warming_state: { listener: { ...listener, filter_chains: [chain("not-yet")] } },
    };
    expect(serverNames(JSON.stringify({ configs: [config] }))).toEqual([
      `outbound_.5000_._.${HELLO}`,
      `outbound_.80_._.${HELLO}`,
    ]);
    expect(serverNames("{}")).toEqual([]);
  });

  it("gives server name and identities of each cluster, in whichever way they are written", () => {
    const id = "spiffe://cluster.local/ns/sample/sa/helloworld-v1";
    const socket = (names: object) => ({
      name: "envoy.transport_sockets.tls",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        common_tls_context: {
          alpn_protocols: ["istio-peer-exchange", "istio"],
          combined_validation_context: {
            default_validation_context: names,
            validation_context_sds_secret_config: { name: "ROOTCA" },
          },
        },
        sni: `outbound_.5000_._.${HELLO}`,
      },
    });
    const plain = { name: "tlsMode-disabled", match: {}, transport_socket: { name: "raw_buffer" } };
    const clusters = [
      { name: "told", transport_socket: socket({ match_subject_alt_names: [{ exact: id }] }) },
      {
        name: "typed",
        transport_socket: socket({
          match_typed_subject_alt_names: [{ san_type: "URI", matcher: { exact: id } }],
        }),
      },
      {
        name: "found",
        transport_socket_matches: [
          { name: "tlsMode-istio", match: { tlsMode: "istio" }, transport_socket: socket({}) },
          plain,
        ],
      },
      { name: "without" },
    ];
    const page = JSON.stringify({ configs: clusters.map((cluster) => ({ cluster })) });
    const sni = `outbound_.5000_._.${HELLO}`;
    expect(Object.fromEntries(tlsByCluster(page))).toEqual({
      told: { sni, subjectAltNames: [id] },
      typed: { sni, subjectAltNames: [id] },
      found: { sni, subjectAltNames: [] },
      without: { sni: undefined, subjectAltNames: [] },
    });
  });

  it("is asked for what is imported, and nothing else", () => {
    const query = new URL(tlsPage([HELLO, "hello.shop.mesh.internal"]), "http://envoy/").searchParams;
    const isAsked = (name: string) => new RegExp(`^(?:${query.get("name_regex")})$`).test(name);
    expect(isAsked(outboundCluster(HELLO, 5000))).toBe(true);
    expect(isAsked("outbound|80|v1|hello.shop.mesh.internal")).toBe(true);
    expect(isAsked(outboundCluster(`other-${HELLO}`, 5000))).toBe(false);
    expect(isAsked(outboundCluster("hello.shop.mesh-internal", 80))).toBe(false);
    expect(query.get("mask")).toContain("cluster.transport_socket");
  });

  it("tells the host name from which an endpoint has its address", () => {
    const at = "outbound|80||hello.shop.mesh.internal::192.0.2.4:15443";
    const page = [`${at}::hostname::lb.example.org`, `${at}::health_flags::healthy`].join("\n");
    expect(endpointsOf(page, "outbound|80||hello.shop.mesh.internal")).toEqual([
      {
        address: "192.0.2.4:15443",
        health: "healthy",
        connections: 0,
        failures: 0,
        hostname: "lb.example.org",
      },
    ]);
  });
});
