import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { expectPackageWorks, expectStacks } from '../support/expect-package.js';
import { expectChains } from '../support/unwound-chains.js';
import { arm64, installInto, nodeOf, root } from './platforms.js';

const missing = arm64.missing();

describe.skipIf(missing !== null)(`on emulated arm64${missing === null ? '' : ` (${missing})`}`, () => {
  const stacks = new Programs(join(root, 'test', 'programs', 'tracker', 'stacks'), arm64);
  afterAll(() => stacks[Symbol.dispose]());

  const WITHOUT_TABLES = '-fno-asynchronous-unwind-tables';
  const WITHOUT_POINTERS = '-fomit-frame-pointer';
  test.each([
    ['-O1', WITHOUT_TABLES],
    ['-O2', WITHOUT_TABLES],
    ['-O2', WITHOUT_TABLES, WITHOUT_POINTERS],
    ['-Os', WITHOUT_TABLES],
    ['-O2'],
    ['-O2', WITHOUT_POINTERS],
    // Return addresses are signed.
    ['-O2', '-mbranch-protection=standard'],
    ['-O2', '-mbranch-protection=standard', WITHOUT_TABLES],
  ])(
    'the unwinder finds what was called and nothing else in code of %s %s %s',
    (...flags) => {
      expectChains(stacks, flags.filter(Boolean));
      expectChains(stacks, flags.filter(Boolean), { OLD_LOADER: '1' });
    },
    60_000,
  );

  const lines = (process.env.STAGEPROF_LINES ?? '24').split(' ').filter((line) => existsSync(nodeOf('arm64', line)));
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
      },
      600_000,
    );
  });
});
