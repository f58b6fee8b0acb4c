import { isIPv6 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { BUNDLE_ENDPOINT_PORT } from "./names";
import { federatedTrustDomain } from "./objects/spire/identities";
import { rootsDigest, spiffeBundle } from "./pki/spiffe-bundle";

/** Arguments of {@link TrustDomainFederation}. */
export interface TrustDomainFederationArgs {
  /** The other trust domain. */
  trustDomain: string;
  /** Its roots, PEM: those of its `SpireServer`. */
  roots: pulumi.Input<string>;
  /** Address of the bundle endpoint of one of its servers. */
  address: pulumi.Input<string>;
  /** Class of the controller manager that is to heed it. @default - one without a class */
  className?: string;
}

/**
 * Tells a cluster's SPIRE server the roots of another trust domain, and where it hears of later ones. Nobody has to
 * exchange anything: roots and address are what the other server's component knows.
 *
 * The server asks under the protection of the roots that it knows, so one that missed a change of them would be locked out
 * for good. That is why the roots are set again whenever they change here: the controller manager does that only for
 * another address, so the digest of the roots is part of that, where the endpoint takes no notice of it.
 *
 * @see https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE_Federation.md
 */
export class TrustDomainFederation extends pulumi.ComponentResource {
  public constructor(name: string, args: TrustDomainFederationArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("TrustDomainFederation"), name, {}, opts);
    const { trustDomain, className } = args;
    const roots = pulumi.output(args.roots);
    const bundle = roots.apply(spiffeBundle);
    const url = pulumi.all([args.address, roots]).apply(([address, pem]) => {
      const host = isIPv6(address) ? `[${address}]` : address;
      return `https://${host}:${BUNDLE_ENDPOINT_PORT}/?roots=${rootsDigest(pem)}`;
    });
    applyChart(
      name,
      (chart, standIn) =>
        federatedTrustDomain(chart, {
          trustDomain,
          bundleEndpointUrl: standIn(url),
          bundle: standIn(bundle),
          className,
        }),
      { parent: this },
    );
    this.registerOutputs({});
  }
}
