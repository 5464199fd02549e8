import { relative } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/**
 * Fails a run that hides something: a test skipped without a reason, or two tests of one title, of which a report or
 * `-t` cannot tell which is meant. Its line is the last one printed: `N passed, N failed`, then `, N skipped` if any.
 */
export default class StrictReporter implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #isFiltered = () => false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = () => vitest.config.testNamePattern !== undefined;
    // On exit, to come after all that other reporters and a failing teardown print.
    process.on('exit', (code) => this.#close(code));
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    // Tests that `-t` leaves out are skipped too, but not silently: they were not asked for.
    const skipped = this.#isFiltered() ? [] : inState('skipped');
    for (const test of skipped) console.log(`skipped: ${test.fullName}${noteOf(test)}`);
    const faults = [...skipped.filter(isUnexplained).map(unexplained), ...duplicates(tests)];
    for (const fault of faults) console.error(`\n${fault}`);
    this.#passed = inState('passed').length;
    this.#skipped = skipped.length;
    this.#failed =
      inState('failed').length + modules.flatMap(brokenParts).length + errors.length + faults.length;
    if (faults.length > 0) process.exitCode = 1;
  }

  #close(code: number): void {
    // A run that broke before or after its tests has failed, whatever they say.
    const failed = code === 0 ? this.#failed : Math.max(this.#failed, 1);
    const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : '';
    process.stdout.write(`${this.#passed} passed, ${failed} failed${skipped}\n`);
  }
}

function noteOf(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note ? ` (${result.note})` : '';
}

/** Explained are `test.skipIf(...)('... (needs two users)')` and `context.skip('needs two users')`. */
const isUnexplained = (test: TestCase) =>
  !/\([^()]+\)$/.test(`${test.name}${noteOf(test)}`) && brokenParts(test.module).length === 0;

const placeOf = (test: TestCase) => relative(process.cwd(), test.module.moduleId);

const unexplained = (test: TestCase) =>
  `${placeOf(test)}: "${test.fullName}" is skipped and does not say why. A skipped test is a promise nobody checks: ` +
  'end its title with the reason in parentheses, pass the reason to context.skip(), or remove `.only` elsewhere.';

function duplicates(tests: readonly TestCase[]): string[] {
  const byTitle = new Map<string, TestCase[]>();
  for (const test of tests) byTitle.set(test.fullName, [...(byTitle.get(test.fullName) ?? []), test]);
  return [...byTitle]
    .filter(([, same]) => same.length > 1)
    .map(
      ([title, same]) =>
        `"${title}" is the title of ${same.length} tests (${same.map(placeOf).join(', ')}). A title must name one test, ` +
        'or a failure does not tell what broke and `-t` runs both: say what differs.',
    );
}

/** A file that cannot be loaded and a suite whose hooks fail have no failed test to be counted by. */
function brokenParts(module: TestModule): unknown[] {
  const suites = [...module.children.allSuites()];
  return [module, ...suites].filter((part) => part.errors().length > 0);
}
