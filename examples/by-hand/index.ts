import * as pulumi from "@pulumi/pulumi";
import {
  ClusterPrimary,
  clusterProvider,
  EastWestGateway,
  IntermediateCA,
  planMesh,
  RemoteSecretLink,
  RootCA,
  SampleApps,
  validateMesh,
} from "istio-multicluster";

const config = new pulumi.Config();

const spec = {
  clusters: ["cluster1", "cluster2"].map((name) => ({ name, network: `${name}-network` })),
};
for (const { path, message } of validateMesh(spec)) throw new pulumi.RunError(`${path} ${message}`);

const root = new RootCA("root", {}, { protect: config.getBoolean("protectRoot") ?? true });

// The plan knows what a reader has to be allowed, which depends on the observers and their Istio.
const members = planMesh(spec).clusters.map(({ name, network, reader }) => {
  const provider = clusterProvider(`${name}-api`, { kubeconfig: config.requireSecret(`${name}Kubeconfig`) });
  const ca = new IntermediateCA(`${name}-ca`, {
    clusterName: name,
    rootCertificate: root.certificate,
    rootPrivateKey: root.privateKey,
    rootNotAfter: root.notAfter,
  });
  const primary = new ClusterPrimary(
    name,
    {
      clusterName: name,
      network,
      caCertificate: ca.certificate,
      caPrivateKey: ca.privateKey,
      certificateChain: ca.certificateChain,
      rootCertificate: root.certificate,
      reader,
    },
    { provider },
  );
  const gateway = new EastWestGateway(`${name}-gateway`, { network }, { provider, dependsOn: primary });
  const token = primary.readerToken;
  if (token === undefined) throw new pulumi.RunError(`nobody observes ${name}, so it has no reader`);
  return { name, provider, primary, gateway, token };
});

for (const observer of members) {
  const links = members
    .filter((observed) => observed !== observer)
    .map(
      ({ name, token, gateway }) =>
        new RemoteSecretLink(
          `${observer.name}-observes-${name}`,
          {
            observed: name,
            server: config.require(`${name}Server`),
            caData: config.require(`${name}CaData`),
            token,
            gatewayAddress: gateway.address,
          },
          { provider: observer.provider, dependsOn: observer.primary },
        ),
    );
  new SampleApps(
    `${observer.name}-apps`,
    { helloworldVersions: [observer.name === "cluster1" ? "v1" : "v2"] },
    { provider: observer.provider, dependsOn: [observer.primary, ...links] },
  );
}

export const rootCertificate = root.certificate;
export const gatewayAddresses = Object.fromEntries(
  members.map(({ name, gateway }) => [name, gateway.address]),
);
