import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";

/**
 * What the settings of a stack say under a key, which is not in the stack's own state but in a file of the project: so
 * every stack of a mesh reads the one description of it.
 *
 * @param project - folder of Pulumi.yaml
 * @throws Error that names the file
 */
export function readStackSetting(project: string, stack: string, key: string): unknown {
  const file = settingsFile(project, stack);
  const value = settingsIn(resolve(project, file))[key];
  if (value !== undefined) return value;
  throw new Error(`${file} has no config value ${key}; describe the mesh there, see docs/fleets.md`);
}

/** The same of a stack that may say nothing of it, or have no file yet. @throws Error that names a file which is no YAML */
export function findStackSetting(project: string, stack: string, key: string): unknown {
  const file = resolve(project, settingsFile(project, stack));
  return existsSync(file) ? settingsIn(file)[key] : undefined;
}

/** By whose key the secrets of a stack are encrypted, as its settings say; nothing where these leave it to the backend. */
export function findSecretsProvider(project: string, stack: string): string | undefined {
  const file = resolve(project, settingsFile(project, stack));
  const { secretsprovider: provider } = existsSync(file) ? readYaml(file) : {};
  return typeof provider === "string" ? provider : undefined;
}

/** Where Pulumi keeps the settings of a stack, from the folder of Pulumi.yaml. */
function settingsFile(project: string, stack: string): string {
  const { stackConfigDir = "." } = readYaml(join(project, "Pulumi.yaml"));
  return join(String(stackConfigDir), `Pulumi.${stack}.yaml`);
}

function settingsIn(file: string): Readonly<Record<string, unknown>> {
  const { config } = readYaml(file) as { config?: Readonly<Record<string, unknown>> | null };
  return config ?? {};
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
  const value = parseYaml(file, text);
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    // What follows quotes the line.
    const [reason = ""] = error.message.split(":\n");
    throw new Error(`${file} is no YAML: ${reason}; check the indentation around that line, or before it`, {
      cause: error,
    });
  }
}
