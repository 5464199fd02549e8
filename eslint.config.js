import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { explainedExceptions } from './test/setup/explained-exceptions.js';

const NO_ENUM = {
  selector: 'TSEnumDeclaration',
  message: 'An enum is code that types cannot be stripped from; use a union of string literals.',
};
const NO_DEFAULT_EXPORT = [
  'ExportDefaultDeclaration',
  "ExportSpecifier[exported.name='default']",
  "ExportSpecifier[exported.value='default']",
].map((selector) => ({
  selector,
  message: 'A default export has another name in every importing file; export it by name.',
}));

const lines = (max) => ['error', { max, skipBlankLines: false, skipComments: false }];

export default defineConfig(
  { ignores: ['dist', 'node_modules', 'coverage', '**/.do', 'test/**/golden'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    extends: [js.configs.recommended],
    plugins: { local: { rules: { 'explained-exceptions': explainedExceptions } } },
    rules: {
      eqeqeq: 'error',
      'local/explained-exceptions': 'error',
      'max-lines': lines(250),
      'no-restricted-syntax': ['error', NO_ENUM, ...NO_DEFAULT_EXPORT],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // `_` marks what a signature or a destructuring has to name and nobody reads.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `async` without `await` is how a function promises to reject instead of throwing.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: { 'max-lines-per-function': lines(40), 'no-console': 'error' },
  },
  {
    // A library stays silent; a command speaks to a terminal and the supervisor to its log file.
    files: ['src/cli/**/*.ts', 'src/embedded/{supervise,supervisor}.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines': lines(300) },
  },
  {
    // `expectTypeOf(object.method)` names a method without calling it.
    files: ['test/types/**/*.test-d.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // The code of the announcement runs as it was published, to its last statement.
    files: ['examples/0*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    // Temporal runs the bundle's default export for every workflow type; the tools read their settings from theirs.
    files: ['src/sandbox/index.ts', '**/*.config.{js,ts}', 'test/setup/*.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_ENUM] },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController AbortSignal Buffer URL clearTimeout console fetch performance process setTimeout',
          'clearInterval setInterval structuredClone',
        ].flatMap((names) => names.split(' ').map((name) => [name, 'readonly'])),
      ),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
