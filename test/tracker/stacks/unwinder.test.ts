import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Programs } from '../../support/compiled-programs.js';
import { DECODER, expectChains } from '../../support/unwound-chains.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const programs = new Programs(join(root, 'test', 'programs', 'tracker', 'stacks'));
afterAll(() => programs[Symbol.dispose]());

const WITHOUT_TABLES = '-fno-asynchronous-unwind-tables';

describe.runIf(process.arch === 'x64')('the unwinder finds what was called and nothing else', () => {
  test.each([
    ['-O1', WITHOUT_TABLES],
    ['-O2', WITHOUT_TABLES],
    ['-O3', WITHOUT_TABLES],
    ['-Os', WITHOUT_TABLES],
    ['-O2'],
  ])('in code of %s %s', (...flags) => {
    expectChains(programs, ['-fomit-frame-pointer', ...flags]);
  });

  test.each([['-O2', WITHOUT_TABLES], ['-O2']])('in code of %s %s, where the loader does not answer', (...flags) => {
    expectChains(programs, ['-fomit-frame-pointer', ...flags], { OLD_LOADER: '1' });
  });
});

const hasObjdump = spawnSync('objdump', ['--version']).status === 0;

describe.runIf(process.arch === 'x64' && hasObjdump)(
  'the length of each instruction is that which objdump finds',
  () => {
    // Hand-written vector code of many extensions; C and C++; Rust.
    test.each([
      ['@img/sharp-libvips-linux-x64/lib', /^libvips-cpp/],
      ['@napi-rs/snappy-linux-x64-gnu', /\.node$/],
    ])(
      '%s',
      (folder, name) => {
        const path = join(root, 'node_modules', folder);
        const file = existsSync(path) && readdirSync(path).find((file) => name.test(file));
        if (!file) return;
        const program = programs.compile('decode.cc', 'decode', ...DECODER, '-O2');
        const { stdout } = spawnSync(
          'sh',
          ['-c', 'objdump -d -w "$1" | head -n 400000 | "$0" "$1"', program, join(path, file)],
          {
            encoding: 'utf8',
          },
        );
        const { instructions, different } = JSON.parse(stdout);
        expect(different).toEqual([]);
        expect(instructions).toBeGreaterThan(10_000);
      },
      300_000,
    );
  },
);
