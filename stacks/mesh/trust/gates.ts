import * as pulumi from "@pulumi/pulumi";
import {
  formatPosition,
  parsePosition,
  refuseLeaving,
  refuseRecord,
  type SignerRecord,
  signerRecordOf,
} from "../../../components/pki/phases";
import { hook } from "../../../components/internal/hook";
import type { RootPosition } from "../../../components/spec/types";
import { placed, type Scope } from "../scope";

/** What holds a phase back until all clusters together are ready for it. */
export interface RootGates {
  /** There once the phase may begin. */
  readonly open: pulumi.Output<unknown>;
  /** Takes down that all clusters have come to the phase, by what each says of itself. */
  readonly record: (rootPhases: readonly pulumi.Output<string>[]) => void;
}

/**
 * The order of phases across clusters, which no cluster can see alone, kept in the state by two records. Each is written
 * before the first cluster changes or after the last one has, so an interrupted `up` never leaves a record that claims
 * too much. Hooks refuse to write what does not follow from what is there, at preview too.
 *
 * - `root-<generation>-trusted` is there once every cluster trusts the new root.
 * - `root-<generation>-signers` says which roots live certificates can be signed by.
 */
export function rootGates(position: RootPosition, scope: Scope): RootGates {
  const { generation, phase } = position;
  if (phase === "stable") return { open: pulumi.output(undefined), record: () => {} };
  const signers = signerRecordOf(phase);
  const early = [
    ...(signers.when === "before" ? [signersRecord(scope, generation, signers.record)] : []),
    ...(phase === "trust-both" ? [] : [trustedRecord(scope, generation, { refuse: true })]),
  ];
  return {
    open: pulumi.all(early.map(({ output }) => output)),
    record: (rootPhases) => {
      const reached = pulumi.all([...rootPhases]).apply((phases) => allAt(phases, position));
      if (phase === "trust-both") trustedRecord(scope, generation, { reached });
      if (signers.when === "after") signersRecord(scope, generation, signers.record, reached);
    },
  };
}

/** Asks the clusters' stacks where each cluster is: nothing of one that was never deployed. */
export type AskClusters = () => Promise<ReadonlyMap<string, string | undefined>>;

/**
 * The same where each cluster has a stack of its own: this one, which signs, remembers where the mesh is, and asks the
 * others before it leaves that. It asks in no other case, so that it needs none of them to be there.
 */
export function gatesAcrossStacks(position: RootPosition, ask: AskClusters, scope: Scope): RootGates {
  const { name, opts } = placed(scope, "root-position");
  const input = formatPosition(position);
  const leaving = async ({ oldInputs }: pulumi.ResourceHookArgs) => {
    const from = oldInputs?.["input"] as string | undefined;
    if (from === input) return;
    const told = from === undefined ? new Map<string, string>() : await ask();
    const reason = refuseLeaving(from === undefined ? undefined : parsePosition(from), position, told);
    if (reason !== undefined) throw new Error(reason);
  };
  const gate = hook(`${name}-order`, leaving);
  const hooks = { beforeCreate: gate, beforeUpdate: gate };
  const { output } = new pulumi.Stash(name, { input }, { ...opts, hooks });
  return { open: output, record: () => {} };
}

function trustedRecord(
  scope: Scope,
  generation: number,
  { reached = true, refuse = false }: { reached?: pulumi.Input<boolean>; refuse?: boolean },
): pulumi.Stash {
  const { name, opts } = placed(scope, `root-${generation}-trusted`);
  const hooks = { beforeCreate: refusal(name, () => NOT_TRUSTED) };
  return new pulumi.Stash(name, { input: reached }, refuse ? { ...opts, hooks } : opts);
}

const NOT_TRUSTED =
  "not every cluster trusts the new root yet, so it cannot sign; set ca.root.phase to trust-both and run pulumi up";

function signersRecord(
  scope: Scope,
  generation: number,
  record: SignerRecord,
  reached?: pulumi.Output<boolean>,
) {
  const { name, opts } = placed(scope, `root-${generation}-signers`);
  const gate = refusal(name, ({ oldInputs }) =>
    refuseRecord(oldInputs?.["input"] as SignerRecord | undefined, record),
  );
  const input = reached === undefined ? record : reached.apply(() => record);
  const hooks = { beforeCreate: gate, beforeUpdate: gate };
  return new pulumi.Stash(name, { input }, { ...opts, hooks });
}

function refusal(
  name: string,
  refuse: (args: pulumi.ResourceHookArgs) => string | undefined,
): pulumi.ResourceHook[] {
  const callback = (args: pulumi.ResourceHookArgs) => {
    const reason = refuse(args);
    if (reason !== undefined) throw new Error(reason);
  };
  return hook(`${name}-order`, callback);
}

/** An unreachable cluster that was skipped still has its old certificates, though its resource counts as updated. */
function allAt(phases: readonly string[], position: RootPosition): boolean {
  const behind = phases.filter((phase) => phase !== formatPosition(position));
  if (behind.length === 0) return true;
  throw new Error(
    `${behind.length} of ${phases.length} clusters could not be brought to root phase ${formatPosition(position)}; ` +
      "see which cluster was skipped as unreachable, and run pulumi up again when it answers",
  );
}
