import * as pulumi from "@pulumi/pulumi";
import type { MeshRoots } from "../../../components/pki/exchange";
import type { ApiArgs } from "../peer";
import { clusterPart, type Part, stackOf } from "./parts";

/** What the stack that signs tells the others. */
export interface TrustTells {
  /** The CA of each cluster, by its name. */
  readonly cas: Readonly<Record<string, ToldCa>>;
}

/** A cluster's CA, PEM. */
export interface ToldCa {
  readonly caCertificate: string;
  /** Secret. */
  readonly caPrivateKey: string;
  readonly certificateChain: string;
  readonly rootCertificate: string;
  /** As `formatPosition` writes it; absent before any rotation. */
  readonly rootPhase?: string;
  /** Of provided CAs. */
  readonly roots?: MeshRoots;
  /** Revocation lists. */
  readonly crl?: string;
}

/** What a cluster's stack tells the others; what nobody needs is absent. */
export interface ClusterTells extends Partial<Record<keyof ApiArgs, string>> {
  /** By what the engine tells the cluster from others. */
  readonly identifier: string;
  /** The same of the host of its istiod. */
  readonly hostIdentifier?: string;
  /** Token of its reader; secret. */
  readonly readerToken?: string;
  readonly gatewayAddress?: string;
  readonly externalControlPlaneAddress?: string;
  /** Where its `cacerts` is in the change from one root to the next. */
  readonly rootPhase?: string;
}

/** The outputs of another stack as they are now; nothing where there is no such stack. */
export type OutputsOf = (stack: string) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** The other stacks of a mesh. */
export class OtherStacks {
  public constructor(
    /** Name of the mesh. */
    public readonly mesh: string,
    private readonly outputsOf: OutputsOf,
  ) {}

  /** What one tells, once it does. */
  public trust<T>(what: string, pick: (tells: Partial<TrustTells>) => T | undefined): pulumi.Output<T> {
    return this.told("trust", what, pick);
  }

  /** The same of a cluster's. */
  public cluster<T>(
    name: string,
    what: string,
    pick: (tells: Partial<ClusterTells>) => T | undefined,
  ): pulumi.Output<T> {
    return this.told(clusterPart(name), `${what} of ${name}`, pick);
  }

  /** What a cluster's stack has told last, if it ever did. */
  public async lastOf(name: string): Promise<Partial<ClusterTells>> {
    return (await this.outputsOf(stackOf(this.mesh, clusterPart(name)))) ?? {};
  }

  /** Unknown in a preview as long as it is not told, since the stack may be made before this one is updated. */
  private told<T, Tells>(
    part: Part,
    what: string,
    pick: (tells: Partial<Tells>) => T | undefined,
  ): pulumi.Output<T> {
    const stack = stackOf(this.mesh, part);
    const read = async (): Promise<T> => {
      const found = pick(((await this.outputsOf(stack)) ?? {}) as Partial<Tells>);
      if (found !== undefined) return found;
      if (pulumi.runtime.isDryRun()) return pulumi.unknown as T;
      throw new pulumi.RunError(
        `stack ${stack} has not told ${what} yet; run it first, by pulumi up --stack ${stack} or npm run fleet -- up`,
      );
    };
    return pulumi.output(read()) as pulumi.Output<T>;
  }
}
