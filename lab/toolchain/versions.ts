/** The version of a module that a go.mod requires, without its leading "v". */
export function goModuleVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const [name, version] = line
      .trim()
      .replace(/^require\s+/, "")
      .split(/\s+/);
    if (name === module && version?.startsWith("v")) return version.slice(1);
  }
  throw new Error(`go.mod requires no module ${module}: add it with \`go get ${module}@VERSION\``);
}

/** The version that a requirements.txt pins a Python package to. */
export function pythonPackageVersion(requirements: string, name: string): string {
  for (const line of requirements.split("\n")) {
    const [requirement, version] = line
      .trim()
      .split(/[\s\\]+/)[0]!
      .split("==");
    if (requirement === name && version) return version;
  }
  throw new Error(`requirements.txt does not pin ${name}: add a line \`${name}==VERSION\` with its hashes`);
}

/** The first version number in what a command prints about itself, such as 1.34.4 in "Kubernetes v1.34.4". */
export function printedVersion(output: string): string | undefined {
  return /(?<![\w.])v?(\d+\.\d+\.\d+(?:-[\w.]+)?)/.exec(output)?.[1];
}
