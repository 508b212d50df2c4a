import { beforeAll, describe, expect, test } from 'vitest';
import { build, buildPrograms, runtimeOf } from './builds.js';
import {
  addressMistakes,
  coreChecks,
  lifecycleChecks,
  stackChecks,
  threadMistakes,
  trapMistakes,
  workerChecks,
} from './checks.js';

// Few rounds. `npm run test:asan` and `npm run test:tsan` run the same checks at length.
const ROUNDS = 20;
const WORKERS = 10;
const BUILD_MS = 300_000;

interface Check {
  readonly name: string;
  run(): void;
}

/** The checks are no tests of their own, because they are known only after the build. */
function failuresOf(checks: readonly Check[]): string[] {
  return checks.flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });
}

function describeWith(title: string, runtimes: readonly string[], tests: () => void): void {
  const missing = runtimes.filter((runtime) => runtimeOf(runtime) === undefined);
  if (missing.length > 0) console.warn(`skipped: ${title}, since g++ has no lib${missing.join(', lib')}`);
  describe.skipIf(missing.length > 0)(title, tests);
}

describeWith('under AddressSanitizer and UndefinedBehaviorSanitizer', ['asan', 'ubsan'], () => {
  beforeAll(() => {
    build('address');
    buildPrograms('address', 'core', 'node_tracker', 'js_stack', 'mistakes');
    buildPrograms('trap', 'mistakes');
  }, BUILD_MS);

  test('mistakes made on purpose are found', () => {
    const checks = [...addressMistakes(), ...trapMistakes()];
    expect(checks).toHaveLength(8);
    expect(failuresOf(checks)).toEqual([]);
  });

  test("the tracker's core agrees with its models", () => {
    const checks = coreChecks('address', ROUNDS, 1);
    expect(checks.length).toBeGreaterThan(10);
    expect(failuresOf(checks)).toEqual([]);
  });

  test('the addon frees its own memory and touches no other, from opening to teardown', () =>
    expect(failuresOf(lifecycleChecks())).toEqual([]));

  test('stacks are taken in collections, finalizers and starting isolates, without an error', () =>
    expect(failuresOf(stackChecks(4))).toEqual([]));

  test('terminated workers cause no error and no leak', () => expect(failuresOf(workerChecks(WORKERS))).toEqual([]));
});

describeWith('under ThreadSanitizer', ['tsan'], () => {
  beforeAll(() => {
    build('thread', 'stageprof_tracker');
    buildPrograms('thread', 'core', 'mistakes');
  }, BUILD_MS);

  test('a race made on purpose is found', () => expect(failuresOf(threadMistakes())).toEqual([]));

  test("the tracker's core has no race, and agrees with its models", () => {
    const checks = coreChecks('thread', ROUNDS, 1);
    expect(checks.length).toBeGreaterThan(10);
    expect(failuresOf(checks)).toEqual([]);
  });
});
