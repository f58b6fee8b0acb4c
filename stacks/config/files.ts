import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { KubeconfigError } from "../mesh/kubeconfig";

/** The text of a kubeconfig file; a leading `~` is the user's home. @throws KubeconfigError that says how to mend it */
export function readKubeconfigFile(file: string): string {
  try {
    return readFileSync(resolve(file.replace(/^~(?=\/)/, homedir())), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new KubeconfigError(
      code === "ENOENT"
        ? "does not exist; correct kubeconfigFile or write the file"
        : `cannot be read (${code}); check the file and its permissions`,
    );
  }
}
