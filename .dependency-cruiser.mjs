/** Imports as a graph: what no file can see alone. ESLint's own rules for single imports are in eslint.config.mjs. */

/** What a folder must not import, besides what would close a circle. */
const layer = (name, from, to, comment) => ({
  name,
  severity: "error",
  comment,
  from: { path: from },
  to: { path: to },
});

export default {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      comment: "Files that need each other are one, or lack a third one with what both need.",
      from: {},
      to: { circular: true },
    },
    layer(
      "topology-is-lowest",
      "^components/(topology|pki)/",
      "^components/(?!topology/|pki/|names|defaults)",
      "topology/ and pki/ know nothing of the spec, so that every feature of it can ask them.",
    ),
    layer(
      "spec-is-below-values",
      "^components/spec/",
      "^components/(?!spec/|topology/|pki/|names|defaults)",
      "A feature of the spec knows no Helm values, no objects and no components.",
    ),
    layer(
      "values-and-objects-are-apart",
      "^components/(values|objects)/",
      "^components/(internal/|[^/]+-[^/]+\\.ts$|index)",
      "Values and objects are what components apply, and know none of them.",
    ),
    layer(
      "library-is-below-config",
      "^stacks/mesh/",
      "^stacks/config/",
      "Other programs use the composition without this one's config.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(node_modules|dist)/|components/objects/imports/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Types as well: what is erased at run time still has to be read together.
    tsPreCompilationDeps: true,
  },
};
