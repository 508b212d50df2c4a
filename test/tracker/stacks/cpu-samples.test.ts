import { afterAll, describe, test } from 'vitest';
import { Programs } from '../../support/compiled-programs.js';
import { expectRight } from '../../support/expect-right.js';

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

const ENVIRONMENT = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_STACKS: 'cpu' };

describe.runIf(process.arch === 'x64' || process.arch === 'arm64')('the CPU samples of threads', () => {
  test.each([
    ['divide it as it was used, and have all of it', 'shares'],
    ['leave a thread alone that blocks signals, whose CPU is counted', 'blocked'],
    ['send nothing to a thread that blocks signals from its beginning', 'deaf'],
    ['take another signal where the program handles theirs', 'own'],
    ['end where an addon begins to handle their signal, which then gets its own alone', 'late'],
    ['go on where an addon only asks who handles their signal', 'asked'],
    ['do not keep their signal from ending the program where somebody else sends it', 'foreign'],
    ['interrupt no system call', 'interrupted'],
    ['are not taken in a forked child, which goes on undisturbed', 'forked'],
    ['have the CPU of 2,000 threads of 0.3 ms, and leave no timer behind', 'short'],
    ['need no room on the stack of a thread', 'small'],
    ['end and begin again', 'stopped'],
  ])('%s', (_, what) => expectAsSampled(what, []));

  // glibc before 2.35.
  test.each(['shares', 'late', 'short', 'stopped'])('with a loader that does not answer: %s', (what) =>
    expectAsSampled(what, [programs.compile('old_loader.c', 'old_loader.so')]),
  );

  function expectAsSampled(what: string, behind: readonly string[]): void {
    const library = programs.compile('stacks/cpu_library.c', 'cpu_library.so');
    const command = [programs.compile('stacks/cpu_samples.cc', 'cpu_samples'), what, library];
    expectRight(command, behind, ENVIRONMENT);
  }
});
