import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Imports that a folder must not make, by name pattern, each with the rule of the design that forbids it. */
function forbidImports(files, ...patterns) {
  return {
    files,
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
  };
}

const pulumi = {
  group: ["@pulumi/*"],
  message: "topology/, spec/, pki/, values/ and objects/ are pure: they import nothing from Pulumi.",
};
const outsideFacts = {
  group: ["fs", "fs/*", "node:fs", "node:fs/*", "child_process", "node:child_process", "os", "node:os"],
  message: "Components read no files and run nothing: the program reads, components take arguments.",
};
const programs = {
  group: ["**/stacks/*", "**/lab", "**/lab/*", "**/verify/*", "**/ops/*"],
  message: "The library knows nothing of the program, the lab and the commands beside them.",
};
const library = {
  group: ["**/components", "**/components/*", "**/stacks/*", "**/ops/*"],
  message: "The lab stands in for clusters: it knows nothing of what is deployed to them.",
};

/** `tsc --noEmit` says nothing of it. */
const commonJsName = {
  selector: ":matches(FunctionDeclaration[id.name=exports], ImportSpecifier[local.name=exports])",
  message: "A module of the built package has an `exports` already: the build refuses another one.",
};

export default defineConfig(
  globalIgnores(["dist", ".lab", "components/objects/imports", "examples"]),
  {
    files: ["**/*.ts", "**/*.mts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An Output in a template literal prints as "[object Object]"-like text instead of its value.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // async without await is how a function that must return a promise turns its throws into rejections.
      "@typescript-eslint/require-await": "off",
      "max-lines": ["error", 250],
      "no-restricted-syntax": ["error", commonJsName],
    },
  },
  {
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "Components read no environment; take an argument." },
      ],
    },
  },
  forbidImports(["components/**/*.ts"], outsideFacts, programs),
  // A later entry replaces the rule for its files, so the narrower folders repeat what holds for the wider one.
  forbidImports(["components/{objects,pki,spec,topology,values}/**/*.ts"], pulumi, outsideFacts, programs),
  forbidImports(["lab/**/*.ts"], library),
  {
    files: ["test/**/*.ts"],
    rules: {
      // vitest's matchers and what tests parse are of type any, and end in a comparison.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
