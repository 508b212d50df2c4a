import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, copyOfSources, folderOf, PPC64LE } from '../../prebuild.js';
import { Programs } from '../support/compiled-programs.js';
import { expectPackageWorks } from '../support/expect-package.js';
import { expectRight } from '../support/expect-right.js';
import { installInto, nodeOf, ppc64le, root } from './platforms.js';

const missing = ppc64le.missing();
const node = nodeOf('ppc64le', ppc64le.lines[0]);

// The package ships no files for ppc64le. This tests what a user gets who builds them.
describe.skipIf(missing !== null)(`on emulated ppc64le${missing === null ? '' : ` (${missing})`}`, () => {
  let sources: string;
  let built: string;
  beforeAll(() => {
    sources = copyOfSources();
    build(PPC64LE, sources);
    built = folderOf(PPC64LE.arch, sources);
  }, 600_000);
  afterAll(() => rmSync(sources, { recursive: true }));
  const trackers = new Programs(join(root, 'test', 'programs', 'tracker'), ppc64le);
  afterAll(() => trackers[Symbol.dispose]());

  test('what is built needs no glibc newer than the first for ppc64le', () => {
    for (const name of ['stageprof.node', 'libstageprof_tracker.so']) {
      const versions = readFileSync(join(built, name), 'latin1').match(/GLIBC_2\.\d+/g);
      expect([...new Set(versions)]).toEqual(['GLIBC_2.17']);
    }
  });

  function expectCounted(source: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    const under = { tracker: join(built, 'libstageprof_tracker.so'), run: ppc64le.run };
    expectRight([trackers.compile(source), ...args], [], environment, under);
  }

  const LARGE = '65536';
  test.each([
    ['functions.c', ['malloc'], '4096'],
    ['functions.c', ['malloc'], LARGE],
    ['functions.c', ['reallocarray'], LARGE],
    ['functions.c', ['posix_memalign'], LARGE],
    ['pitfalls.c', ['realloc-fails'], LARGE],
    ['pitfalls.c', ['dlerror'], LARGE],
    ['pitfalls.c', ['at-exit'], LARGE],
    ['threads.c', ['churn'], LARGE],
    ['threads.c', ['late-destructors'], LARGE],
    ['operators.cc', ['throws'], LARGE],
    ['windows.c', [], LARGE],
  ])('the tracker counts exactly: %s %j with pages of %s bytes', (source, args, QEMU_PAGESIZE) => {
    expectCounted(source, args, { QEMU_PAGESIZE });
  });

  test('the tracker counts exactly: mappings and modules', () => {
    expectCounted('run_plugin.c', [trackers.compile('mappings.c', 'mappings.c.mapping.so')], { QEMU_PAGESIZE: LARGE });
    const plugins = ['first.so', 'second.so'].map((name) => trackers.compile('plugin.cc', name));
    expectCounted('modules.c', plugins, { STAGEPROF_TRACK_MODULES: '1' });
  });

  test.skipIf(!existsSync(node))(
    'the package works, and says that it takes no native stacks',
    () => {
      const folder = join(mkdtempSync(join(tmpdir(), 'stageprof-ppc64le-')), 'project');
      try {
        installInto(folder);
        const prebuilds = join(folder, 'node_modules', 'stageprof', 'prebuilds');
        cpSync(built, join(prebuilds, `linux-${PPC64LE.arch}`), { recursive: true });
        const { stderr } = expectPackageWorks({ folder, inside: folder, node: [...ppc64le.run, node], program: node });
        expect(stderr).toMatch(/^stacks +native_stacks absent: stacks are taken on x86-64 and arm64 alone$/m);
        const { sources: states } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
        expect(states.native_stacks).toMatchObject({ available: false, truth: 'absent' });
      } finally {
        rmSync(join(folder, '..'), { recursive: true });
      }
    },
    600_000,
  );
});
