import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { expectPackageWorks, expectStacks, expectThreadStacks } from '../support/expect-package.js';
import { expectRight } from '../support/expect-right.js';
import { nodeHeaders } from '../support/native-stages.js';
import { expectChains } from '../support/unwound-chains.js';
import { arm64, installInto, nodeOf, root } from './platforms.js';

const missing = arm64.missing();
/** `npm run test:arm64` names lines. Emulated programs are slow, so the suite has a part of each list. */
const { STAGEPROF_LINES } = process.env;
const partOf = <T>(list: readonly T[]): readonly T[] =>
  STAGEPROF_LINES === undefined ? list.filter((_, index) => index % 5 === 1) : list;

describe.skipIf(missing !== null)(`on emulated arm64${missing === null ? '' : ` (${missing})`}`, () => {
  const stacks = new Programs(join(root, 'test', 'programs', 'tracker', 'stacks'), arm64);
  afterAll(() => stacks[Symbol.dispose]());

  const WITHOUT_TABLES = '-fno-asynchronous-unwind-tables';
  const WITHOUT_POINTERS = '-fomit-frame-pointer';
  const FLAGS: readonly (readonly string[])[] = [
    ['-O1', WITHOUT_TABLES],
    ['-O2', WITHOUT_TABLES],
    ['-O2', WITHOUT_TABLES, WITHOUT_POINTERS],
    ['-Os', WITHOUT_TABLES],
    ['-O2'],
    ['-O2', WITHOUT_POINTERS],
    // Return addresses are signed.
    ['-O2', '-mbranch-protection=standard'],
    ['-O2', '-mbranch-protection=standard', WITHOUT_TABLES],
  ];
  test.each(partOf(FLAGS).map((flags) => [flags.join(' '), flags] as const))(
    'the unwinder finds what was called and nothing else in code of %s',
    (_, flags) => {
      expectChains(stacks, flags);
      expectChains(stacks, flags, { OLD_LOADER: '1' });
    },
    60_000,
  );

  const burning = new Programs(join(root, 'test', 'programs', 'stacks'), arm64);
  afterAll(() => burning[Symbol.dispose]());
  const trackers = new Programs(join(root, 'test', 'programs', 'tracker'), arm64);
  afterAll(() => trackers[Symbol.dispose]());
  const under = { tracker: join(root, 'prebuilds', 'linux-arm64', 'libstageprof_tracker.so'), run: arm64.run };

  function expectCounted(source: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    expectRight([trackers.compile(source), ...args], [], environment, under);
  }

  const FUNCTIONS = ['malloc', 'calloc', 'realloc', 'reallocarray', 'memalign', 'aligned_alloc', 'posix_memalign'];
  // What the emulator does itself is left out: it writes of a program that aborts, and children have its processor.
  const PITFALLS = ['free-null', 'allocation-fails', 'realloc-fails', 'realloc-zero', 'fork', 'dlerror', 'at-exit'];
  const COUNTED: readonly [string, string][] = [
    ...[...FUNCTIONS, 'valloc', 'pvalloc'].map((name): [string, string] => ['functions.c', name]),
    ...PITFALLS.map((name): [string, string] => ['pitfalls.c', name]),
    ...['end', 'late-destructors', 'churn', 'free-elsewhere'].map((name): [string, string] => ['threads.c', name]),
    ['operators.cc', 'throws'],
  ];
  test.each(partOf(COUNTED))(
    'the tracker counts exactly: %s %s',
    (source, name) => expectCounted(source, [name]),
    30_000,
  );

  test('the tracker counts exactly: mappings, modules, windows', () => {
    expectCounted('run_plugin.c', [trackers.compile('mappings.c', 'mappings.c.mapping.so')]);
    const plugins = ['first.so', 'second.so'].map((name) => trackers.compile('plugin.cc', name));
    expectCounted('modules.c', plugins, { STAGEPROF_TRACK_MODULES: '1' });
    expectCounted('windows.c', []);
  }, 60_000);

  // Stacks are not taken there: the emulator's list of mappings has no stack then.
  test('the tracker counts exactly with pages of 64 KiB', () => {
    const large = { QEMU_PAGESIZE: '65536' };
    expectCounted('run_plugin.c', [trackers.compile('mappings.c', 'mappings.c.mapping.so')], large);
    expectCounted('windows.c', [], large);
    expectCounted('functions.c', ['malloc'], large);
    expectCounted('threads.c', ['churn'], large);
  });

  test.each(partOf(['estimate', 'unloading', 'owners', 'peak', 'stages', 'signals']))(
    'sites of sampled blocks: %s',
    (what) => {
      const libraries = ['one.so', 'two.so'].map((output) => trackers.compile('stacks/keeper.c', output));
      const program = trackers.compile('stacks/sites.c', 'sites', '-lm');
      const environment = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '524288', STAGEPROF_TRACK_STACKS: '1' };
      expectRight([program, what, ...libraries], [], environment, under);
    },
    60_000,
  );

  // A look is a system call for each thread, so 2,000 short ones take the emulator 18 s.
  test.each(partOf(['shares', 'blocked', 'deaf', 'own', 'late', 'asked', 'foreign', 'forked', 'small', 'stopped']))(
    'CPU samples of threads: %s',
    (what) => {
      const library = trackers.compile('stacks/cpu_library.c', 'cpu_library.so');
      const program = trackers.compile('stacks/cpu_samples.cc', 'cpu_samples');
      const environment = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_STACKS: 'cpu' };
      expectRight([program, what, library], [], environment, under);
    },
    60_000,
  );

  const lines = (STAGEPROF_LINES ?? '24').split(' ').filter((line) => existsSync(nodeOf('arm64', line)));
  describe.skipIf(lines.length === 0)('the package', () => {
    let folder: string;
    beforeAll(() => {
      folder = join(mkdtempSync(join(tmpdir(), 'stageprof-arm64-')), 'project');
      installInto(folder);
    });
    afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

    test.each(lines)(
      'works on Node %s',
      (line) => {
        const node = nodeOf('arm64', line);
        // The children that node starts run under the emulator too.
        const installed = { folder, inside: folder, node: [...arm64.run, node], program: node };
        expectPackageWorks(installed);
        expectStacks(installed);
        expectThreadStacks(installed, burning.compile('burning.c', 'burning.so', `-I${nodeHeaders()}`));
      },
      600_000,
    );
  });
});
