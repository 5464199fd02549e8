import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Minutes each: begun last, one of them would be what everything waits for while the other worker has nothing to do. */
const LONG = [
  'test/chaos/mutants.',
  'test/chaos/chaos.',
  'test/e2e/workflows/killed-worker.',
  'test/e2e/long-loop.',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const first = LONG.flatMap((part) => sorted.filter(({ moduleId }) => moduleId.includes(part)));
    return [...first, ...sorted.filter((file) => !first.includes(file))];
  }
}

export default defineConfig({
  resolve: {
    // The tests in this process run the sources; those that start a process of their own run dist/.
    alias: [
      { find: /^@do-sdk\/core$/, replacement: at('src/index.ts') },
      { find: /^@do-sdk\/core\/([a-z]+)$/, replacement: at('src/$1.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: LongestFirst },
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      // Errors elsewhere are told by `npm run check`; a type test answers for itself.
      ignoreSourceErrors: true,
    },
    globalSetup: ['./test/setup/build.ts'],
    setupFiles: ['./test/setup/environment.ts'],
    reporters: ['default', './test/setup/reporter.ts'],
    // Workers load native code and tests kill processes: neither may take another file's tests with it.
    pool: 'forks',
    maxWorkers: 2,
    // Most tests speak to real servers, which may have to start first.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
