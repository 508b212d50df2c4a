// `node test/sanitizers/run.js address|thread` runs all checks of a sanitizer at length. The last line has the counts.

import { build, buildPrograms, runtimeOf } from './builds.js';
import {
  addressMistakes,
  coreChecks,
  lifecycleChecks,
  stackChecks,
  suiteChecks,
  threadMistakes,
  trapMistakes,
  workerChecks,
} from './checks.js';

const ROUNDS = 500;
const SEEDS = 4;

const KINDS = {
  address: {
    runtimes: ['asan', 'ubsan'],
    build() {
      build('address');
      build('trap', 'stageprof_tracker');
      buildPrograms('address', 'core', 'node_tracker', 'js_stack', 'mistakes');
      buildPrograms('trap', 'mistakes');
    },
    checks: () => [
      ...addressMistakes(),
      ...trapMistakes(),
      ...coreChecks('address', ROUNDS, SEEDS),
      ...lifecycleChecks(),
      ...stackChecks(ROUNDS / 20),
      ...workerChecks(ROUNDS),
      ...suiteChecks(),
    ],
  },
  thread: {
    runtimes: ['tsan'],
    build() {
      build('thread', 'stageprof_tracker');
      buildPrograms('thread', 'core', 'mistakes');
    },
    checks: () => [...threadMistakes(), ...coreChecks('thread', ROUNDS, SEEDS)],
  },
};

const say = (line) => process.stdout.write(`${line}\n`);

function main(name) {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`Expected address or thread, received "${name}"`);
  const missing = kind.runtimes.filter((runtime) => runtimeOf(runtime) === undefined);
  if (missing.length > 0) {
    throw new Error(`g++ has no lib${missing.join(', lib')}: install the sanitizers' runtimes of your compiler`);
  }
  say(`${name}: building with g++`);
  kind.build();
  let passed = 0;
  let failed = 0;
  for (const check of kind.checks()) {
    const began = performance.now();
    let fault = null;
    try {
      check.run();
      passed++;
    } catch (error) {
      failed++;
      fault = error;
    }
    say(
      `${fault === null ? 'ok    ' : 'FAILED'} ${check.name} (${((performance.now() - began) / 1_000).toFixed(1)} s)`,
    );
    if (fault !== null) say(fault.message);
  }
  say(`${name}: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

try {
  main(process.argv[2]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
