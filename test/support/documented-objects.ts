import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const DOCS = join(__dirname, "../../docs");

/**
 * The Kubernetes objects that a page of docs/ tells its readers to make.
 *
 * @param block - which of the page's blocks of objects they are in
 */
export function documentedObjects<Type>(page: string, block = 0): Type[] {
  const blocks = readFileSync(join(DOCS, page), "utf8").matchAll(/```yaml\n(apiVersion[\s\S]*?)```/g);
  const text = [...blocks][block]?.[1] ?? "";
  return parseAllDocuments(text).map((document) => document.toJS() as Type);
}
