import { BASE_RELEASE, ISTIO_NAMESPACE } from "../../components/names";
import { describe } from "./cluster";
import type { TakeOverPlan } from "./index";
import type { PreviewedStep } from "./preview";
import { textOf } from "./survey";

/** How many paths of a change are named. */
const PATHS = 6;

/** What a takeover would do, for people. */
export function describeTakeOver({ survey, base, steps, left, refusals }: TakeOverPlan): string {
  const found = survey.found.map((each) => `${each.candidate.cluster}: ${textOf(each)}`);
  const owned = [...base].flatMap(([cluster, objects]) =>
    objects.map((object) => `${cluster}: ${describe(object)}`),
  );
  if (found.length + owned.length + survey.anew.length + refusals.length === 0)
    return "Nothing to take over: the stack has all of it that is there.";
  return [
    section("Cannot be taken over", refusals),
    section("Goes into the stack as it is", found),
    section(`Becomes part of Helm release ${ISTIO_NAMESPACE}/${BASE_RELEASE}, as it is`, owned),
    section(
      "Is made anew around the pods that run, since its selector differs and cannot change",
      survey.anew.map((each) => `${each.candidate.cluster}: ${textOf(each)}`),
    ),
    ...(found.length === 0 ? [] : [changes(steps)]),
    section(
      "Stays as it is, nobody's of this stack",
      [...left].flatMap(([cluster, objects]) => objects.map((object) => `${cluster}: ${object}`)),
    ),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function changes(steps: readonly PreviewedStep[]): string {
  const shown = steps.filter(({ type }) => type.startsWith("kubernetes:"));
  const updated = shown
    .filter(({ op }) => op === "update")
    .map((step) => `~ ${nameOf(step)}: ${shortened(step.paths)}`);
  const created = shown.filter(({ op }) => op === "create").map((step) => `+ ${nameOf(step)}`);
  if (updated.length + created.length === 0) return "The pulumi up after it changes nothing.";
  return section("The pulumi up after it changes in place (~) and makes (+)", [...updated, ...created]);
}

function nameOf({ type, name }: PreviewedStep): string {
  return `${type.split(":").at(-1)} ${name}`;
}

/** What matters first: how installers mark their objects is many paths of no weight. */
function shortened(paths: readonly string[]): string {
  const mark = /^metadata\.(labels|annotations)\b/;
  const fields = paths.filter((path) => !mark.test(path));
  const marks = [...new Set(paths.flatMap((path) => mark.exec(path)?.[1] ?? []))].sort();
  const more = fields.length - PATHS;
  return [...fields.slice(0, PATHS), ...(more > 0 ? [`and ${more} more`] : []), ...marks].join(", ");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`${title}:`, ...[...lines].sort().map((line) => `  ${line}`)].join("\n");
}
