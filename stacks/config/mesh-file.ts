import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/**
 * What the settings of a stack say under a key, which is not in the stack's own state but in a file of the project: so
 * every stack of a mesh reads the one description of it.
 *
 * @param project - folder of Pulumi.yaml
 * @throws Error that names the file
 */
export function readStackSetting(project: string, stack: string, key: string): unknown {
  const { stackConfigDir = "." } = readYaml(join(project, "Pulumi.yaml"));
  const file = join(String(stackConfigDir), `Pulumi.${stack}.yaml`);
  const { config } = readYaml(resolve(project, file)) as {
    config?: Readonly<Record<string, unknown>> | null;
  };
  const value = config?.[key];
  if (value !== undefined) return value;
  throw new Error(`${file} has no config value ${key}; describe the mesh there, see docs/fleets.md`);
}

function readYaml(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const mend = "name a stack whose settings are there, see docs/fleets.md";
    throw new Error(
      `${file} cannot be read (${code}); ${code === "ENOENT" ? mend : "check its permissions"}`,
    );
  }
  const value: unknown = parse(text);
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
