import { chainFaults, type CaChain, readCertificates } from "../../pki/chain";
import { revocationFaults } from "../../pki/revocation";
import { isPrimary, membersOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { labelProblems, unknownCluster } from "../labels";
import type { MeshSpec, Problem, ProvidedCaSpec } from "../types";

const PATH = "ca.provided";

/** CAs from elsewhere make up whole and valid chains under the one root. */
export function providedCa(spec: MeshSpec): Problem[] {
  const provided = spec.ca?.provided;
  if (provided === undefined) return [];
  const root = rootProblems(provided);
  return [
    ...root,
    ...Object.keys(provided.intermediates).flatMap((name) => ownerProblems(name, spec)),
    ...missing(provided, spec),
    ...keyProblems(provided),
    // Every chain ends in the root, so nothing can be said of chains without it.
    ...(root.length > 0 ? [] : unique([...chainProblems(provided), ...crlProblems(provided)])),
  ];
}

function rootProblems({ rootCertificate }: ProvidedCaSpec): Problem[] {
  const path = `${PATH}.rootCertificate`;
  return parsing(path, () =>
    readCertificates(rootCertificate)
      .filter((certificate) => !certificate.checkIssued(certificate))
      .map((certificate) => ({
        path,
        message: `holds "${certificate.subject}", which is not self-signed; give the root here and what is below it in chain`,
      })),
  );
}

function ownerProblems(name: string, spec: MeshSpec): Problem[] {
  const path = `${PATH}.intermediates.${name}`;
  const owner = spec.clusters.find((cluster) => cluster.name === name);
  if (owner === undefined) {
    return unknownCluster(name, new Set(spec.clusters.map((cluster) => cluster.name)), path);
  }
  if (isPrimary(owner)) return [];
  return [{ path, message: `${name} is a remote, for which ${owner.controlPlanes?.[0]} signs; remove it` }];
}

/** Every istiod signs, unless its cluster has a CA already. */
function missing({ intermediates }: ProvidedCaSpec, spec: MeshSpec): Problem[] {
  return membersOf(spec)
    .filter((cluster) => isPrimary(cluster) && !adopts(cluster, "cacerts"))
    .filter(({ name }) => intermediates[name] === undefined)
    .map(({ name }) => ({
      path: `${PATH}.intermediates`,
      message: `has no CA for ${name}; have one signed under the root, and add its certificate; signingRequests: { ${name}: 1 } makes the key and what is to be signed, before ${name} is one of the clusters`,
    }));
}

function keyProblems({ intermediates, signingRequests = {} }: ProvidedCaSpec): Problem[] {
  const names = Object.keys(signingRequests).flatMap((name) =>
    labelProblems(name, `${PATH}.signingRequests.${name}`),
  );
  const keyless = Object.entries(intermediates)
    .filter(([name, own]) => own.privateKeySecret === undefined && signingRequests[name] === undefined)
    .map(([name]) => ({
      path: `${PATH}.intermediates.${name}`,
      message: `has no key; name the secret config value that holds it in privateKeySecret, or ask for the certificate with signingRequests: { ${name}: 1 }`,
    }));
  return [...names, ...keyless];
}

function chainProblems({ rootCertificate, intermediates }: ProvidedCaSpec): Problem[] {
  return Object.entries(intermediates).flatMap(([name, { certificate, chain }]) => {
    const own = `${PATH}.intermediates.${name}`;
    const paths: Record<keyof CaChain, string> = {
      certificate: `${own}.certificate`,
      chain: `${own}.chain`,
      roots: `${PATH}.rootCertificate`,
    };
    const unreadable = [
      ...parsing(paths.certificate, () => void readCertificates(certificate)),
      ...(chain === undefined ? [] : parsing(paths.chain, () => void readCertificates(chain))),
    ];
    if (unreadable.length > 0) return unreadable;
    return chainFaults({ certificate, chain, roots: rootCertificate }, new Date()).map(
      ({ part, message }) => ({ path: paths[part], message }),
    );
  });
}

function crlProblems({ crl, rootCertificate, intermediates }: ProvidedCaSpec): Problem[] {
  if (crl === undefined) return [];
  const path = `${PATH}.crl`;
  const keyless = Object.keys(intermediates).filter(
    (name) => intermediates[name]?.privateKeySecret === undefined,
  );
  if (keyless.length > 0) {
    const message = `cannot have a list of the CA of ${keyless.join(", ")}, which only its own key could sign, and that the program made; take crl out, give it a CA with a key of yours (privateKeySecret), and add crl in a later pulumi up, once npm run verify passes`;
    return [{ path, message }];
  }
  return parsing(path, () => {
    const cas = [
      rootCertificate,
      ...Object.values(intermediates).flatMap(({ certificate, chain = "" }) => [certificate, chain]),
    ];
    return revocationFaults(crl, cas.join("\n"), new Date()).map((message) => ({ path, message }));
  });
}

/** What cannot be read is a problem of the property that holds it. */
function parsing(path: string, look: () => Problem[] | void): Problem[] {
  try {
    return look() ?? [];
  } catch (error) {
    return [{ path, message: (error as Error).message }];
  }
}

/** A root's fault shows in every chain that ends in it. */
function unique(problems: readonly Problem[]): Problem[] {
  const byText = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
  return [...byText.values()];
}
