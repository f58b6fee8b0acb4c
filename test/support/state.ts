import type { Registration } from "./mocks";

/**
 * What the engine takes each of a state's resources for when a program registers others: new URNs by the old ones. What
 * is not in the answer would be deleted.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.256.0/pkg/resource/deploy/step_generator.go generateAliases
 */
export function claimed(
  state: readonly Registration[],
  program: readonly Registration[],
): ReadonlyMap<string, string> {
  const olds = new Set(state.map(({ urn }) => urn));
  const byUrn = new Map(program.map((registration) => [registration.urn, registration]));
  const found = new Map<string, string | undefined>();
  const oldOf = (registration: Registration): string | undefined => {
    const { urn, parentUrn, aliases } = registration;
    if (!found.has(urn)) {
      const parent = parentUrn === undefined ? undefined : byUrn.get(parentUrn);
      const old = parent && oldOf(parent);
      // Only a parent that was found by an alias hands it on.
      const inherited =
        parent === undefined || old === undefined || old === parent.urn
          ? []
          : [urn, ...aliases].map((own) => under(old, own, parent.name));
      found.set(
        urn,
        [urn, ...aliases, ...inherited].find((candidate) => olds.has(candidate)),
      );
    }
    return found.get(urn);
  };
  const claims = program.flatMap((registration): [string, string][] => {
    const old = oldOf(registration);
    return old === undefined ? [] : [[old, registration.urn]];
  });
  const byOld = new Map(claims);
  if (byOld.size < claims.length) throw new Error("two resources claim to be the same old one");
  return byOld;
}

/** A child's URN under an alias of its parent; a name that begins with the parent's changes with it. */
function under(parentAlias: string, urn: string, parentName: string): string {
  const [stack, project, types = "", name = ""] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  const [, , aliasTypes, alias] = parentAlias.split("::");
  const renamed = name.startsWith(parentName) ? `${alias}${name.slice(parentName.length)}` : name;
  return [stack, project, `${aliasTypes}$${type}`, renamed].join("::");
}
