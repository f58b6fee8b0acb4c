import { join } from "node:path";
import { z } from "zod";
import { meshConfigSchema } from "../../stacks/config/schema";
import { DocumentedType } from "./comments";
import { sectionsOf } from "./keys";
import { renderPage } from "./page";

const PROJECT = join(__dirname, "../..");

/** The page that `reference` makes. */
export const REFERENCE_PAGE = join(PROJECT, "docs/reference.md");

/** What users write, with its comments. */
export function documentedSpec(): DocumentedType {
  return DocumentedType.exportOf(join(PROJECT, "components/spec/mesh/types.ts"), "MeshSpec");
}

/** Every key of `istio-multicluster:mesh`, as a page. @throws Error that names each key without a description */
export function reference(): string {
  return renderPage(sectionsOf(z.toJSONSchema(meshConfigSchema), documentedSpec()));
}
