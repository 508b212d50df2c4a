import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs, TRACKER } from '../support/compiled-programs.js';
import { expectPackageWorks, expectStacks } from '../support/expect-package.js';
import { expectRight } from '../support/expect-right.js';
import { expectOneNameEach } from '../support/module-names.js';
import { installInto, musl, root } from './platforms.js';

const missing = musl.missing();

// The tracker is the one that was built with glibc.
describe.skipIf(missing !== null)(`in programs of musl${missing === null ? '' : ` (${missing})`}`, () => {
  const programs = new Programs(join(root, 'test', 'programs', 'tracker'), { cc: musl.cc, cxx: 'none', run: [] });
  afterAll(() => programs[Symbol.dispose]());

  const FUNCTIONS = ['malloc', 'calloc', 'realloc', 'memalign', 'aligned_alloc', 'posix_memalign', 'valloc'];
  test.each([...FUNCTIONS, 'reallocarray'])('%s counts exactly', (name) => {
    // musl has no pvalloc, and does not declare it.
    const program = programs.compile('functions.c', 'functions', '-Dpvalloc=valloc');
    expectRight([program, name]);
  });

  test.each(['end', 'late-destructors', 'churn', 'free-elsewhere'])('threads: %s', (name) => {
    expectRight([programs.compile('threads.c'), name]);
  });

  test('a change of access begins with its page, and is counted so', () => {
    const plugin = programs.compile('mappings.c', 'mappings.c.mapping.so');
    const { checks } = expectRight([programs.compile('run_plugin.c'), plugin]);
    expect(checks).toContainEqual({
      what: 'change access within a page:mapped',
      expected: expect.anything(),
      found: expect.anything(),
    });
  });

  test('a module has one name', () => expectOneNameEach(programs));

  test('all modules are known from the start, and the kernel has one of its own', () => {
    const program = programs.compile('module_names.c');
    const env = { ...process.env, LD_PRELOAD: TRACKER, STAGEPROF_TRACK_MODULES: '1' };
    const names = spawnSync(program, { encoding: 'utf8', env }).stdout.trimEnd().split('\n');
    expect(names).toContain(realpathSync(program));
    expect(names).toContain(realpathSync(TRACKER));
    expect(names).toContain('[vdso]');
    expect(names.filter((name) => /musl/.test(name))).toHaveLength(1);
  });

  describe.skipIf(!existsSync(musl.node))('on a Node for musl', () => {
    let folder: string;
    beforeAll(() => {
      folder = join(mkdtempSync(join(tmpdir(), 'stageprof-musl-')), 'project');
      installInto(folder);
    });
    afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

    const versions: readonly (readonly [string, readonly string[]])[] = [
      ['as it is here', []],
      ...(musl.hasNewer() ? [['without functions with 64 in their names', musl.withNewer] as const] : []),
    ];
    test.each(versions)('the package works, with the files that were built with glibc, and with musl %s', (_, inIt) => {
      const environment = { LD_LIBRARY_PATH: musl.libraries };
      const installed = { folder, inside: folder, node: [...inIt, musl.node], program: musl.node, environment };
      expectPackageWorks(installed);
      expectStacks(installed);
      rmSync(join(folder, 'results'), { recursive: true });
    });
  });
});
