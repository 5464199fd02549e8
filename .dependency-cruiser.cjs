/** Which layer may import from which: the table of ARCHITECTURE.md. A layer is a folder or a file of src/. */
const layers = {
  core: [],
  audit: ['core'],
  sandbox: ['core'],
  store: ['core'],
  attempt: ['core', 'store'],
  embedded: [],
  temporal: ['core', 'audit'],
  remote: ['core'],
  // The public API only: what a user would write.
  actions: ['index.ts'],
  workflows: ['index.ts', 'actions'],
  compile: ['core'],
  worker: ['core', 'store', 'attempt', 'temporal'],
  // What one process shares: the session, the lease, the workers.
  runtime: ['core', 'store', 'temporal', 'embedded', 'worker', 'compile', 'log'],
  http: ['core'],
  // Where lines leave the process.
  log: ['core'],
  mcp: ['core'],

  // Composition roots: nothing above them imports them, but for actions and workflows, which are written as a user's.
  'worker.ts': ['core', 'store', 'attempt', 'temporal', 'actions', 'worker', 'runtime'],
  'api.ts': ['core', 'store', 'http', 'mcp', 'runtime', 'log'],
  'local.ts': ['core', 'embedded', 'temporal', 'worker', 'runtime', 'worker.ts'],
  // runtime for one lazy import: where the development key of this project is.
  'remote.ts': ['core', 'remote', 'runtime'],
  'index.ts': ['core', 'local.ts', 'remote.ts'],
  testing: ['core', 'audit', 'attempt', 'embedded', 'temporal', 'runtime'],
  'testing.ts': ['testing'],
  cli: ['*'],
  // A page in a browser, which speaks to the API as everybody does.
  console: ['core', 'remote'],
};

const pathOf = (layer) => (layer.endsWith('.ts') ? `^src/${layer.replace('.', '\\.')}$` : `^src/${layer}/`);
const pathsOf = (names) => names.map(pathOf);

/** A row with `*` may use every row but the other rows with `*`. */
const expand = (allowed) =>
  allowed.includes('*') ? Object.keys(layers).filter((other) => !layers[other].includes('*')) : allowed;

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer: ${layer}`,
  comment: `${layer} imports from ${allowed.join(', ') || 'nothing of ours'} only; see the table of layers in ARCHITECTURE.md.`,
  severity: 'error',
  from: { path: pathOf(layer) },
  to: { path: '^src/', pathNot: [pathOf(layer), ...pathsOf(expand(allowed))] },
}));

const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];
// A type costs nothing where the code runs, a value would have to run there.
const npmValues = { dependencyTypes: NPM, dependencyTypesNot: ['type-only'] };

const placeRules = [
  {
    name: 'every folder is a layer',
    comment: 'A new folder or file of src/ needs a row in .dependency-cruiser.cjs and in ARCHITECTURE.md.',
    from: { path: '^src/', pathNot: pathsOf(Object.keys(layers)) },
    to: {},
  },
  {
    name: 'no node built-ins',
    comment:
      'core, audit and sandbox run inside Temporal’s sandbox, remote and console in browsers: neither has node:*.',
    from: { path: pathsOf(['core', 'audit', 'sandbox', 'remote', 'console']) },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'no npm values',
    comment: 'core, audit and remote work everywhere, so they take types from packages and nothing else.',
    from: { path: pathsOf(['core', 'audit', 'remote']) },
    to: npmValues,
  },
  {
    name: 'sandbox: @temporalio only',
    comment:
      'What a workflow imports is bundled into the sandbox; only @temporalio/workflow and /common belong there, and pure functions.',
    from: { path: pathOf('sandbox') },
    to: {
      ...npmValues,
      pathNot: '^node_modules/(@temporalio/(workflow|common)|@noble/hashes|canonicalize)/',
    },
  },
  {
    name: 'pg only in store',
    comment: 'Everything that speaks to Postgres goes through store/.',
    from: { path: '^src/', pathNot: pathsOf(['store']) },
    to: { path: '^node_modules/(pg|pg-[^/]+)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'src stands alone',
    comment:
      'The sources must not need tests or examples, nor, by their own package name, what is built from them.',
    from: { path: '^src/' },
    to: { path: '^((test|bench|examples|scripts|dist)/|@do-sdk/core)' },
  },
];

const hygieneRules = [
  {
    name: 'no cycles',
    comment: 'Modules that import each other can only be understood, tested and loaded together.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no orphans',
    comment: 'A module that imports nothing and that nothing imports is dead: use it or delete it.',
    from: { orphan: true, path: '^src/' },
    to: {},
  },
  {
    name: 'resolvable',
    comment: 'The import leads nowhere: a typing error, a deleted file or a missing dependency.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'declared dependencies only',
    comment:
      'What src/ imports must be listed under dependencies in package.json, or users do not get it; what the console imports is bundled into its page.',
    from: { path: '^src/', pathNot: pathsOf(['console']) },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
].map((rule) => ({ severity: 'error', ...rule }));

module.exports = {
  forbidden: [...layerRules, ...placeRules.map((rule) => ({ severity: 'error', ...rule })), ...hygieneRules],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports count: a cycle of types ties modules together just the same.
    tsPreCompilationDeps: true,
    // What a fixture imports by the package's own name is the build.
    doNotFollow: { path: ['node_modules', '^dist/'] },
    // What the compile step has to refuse, and what it makes of the rest.
    exclude: { path: '^test/compile/golden/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
