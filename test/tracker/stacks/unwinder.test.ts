import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Programs } from '../../support/compiled-programs.js';
import { chainsSource } from './chains.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const tracker = join(root, 'native', 'tracker');
const programs = new Programs(join(root, 'test', 'programs', 'tracker', 'stacks'));
afterAll(() => programs[Symbol.dispose]());

/** Without what takes stacks in a process under the tracker. */
const DECODER = ['x64/encoding', 'x64/instruction'];
const UNWINDER = ['code_map', 'code_reader', 'unwind_row', 'unwind_table', 'unwinder', 'v8_code'];
const sourcesOf = (names: readonly string[]) => names.map((name) => join(tracker, 'stacks', `${name}.cc`));

describe.runIf(process.arch === 'x64')('the unwinder', () => {
  const unwindChain = () =>
    programs.compile(
      'unwind_chain.cc',
      'unwind_chain',
      ...sourcesOf([...UNWINDER, ...DECODER]),
      join(tracker, 'loaded_object.cc'),
      '-rdynamic',
    );

  function unwound(seed: number, flags: readonly string[]) {
    const source = join(programs.folder, `chains-${seed}.c`);
    writeFileSync(source, chainsSource(seed));
    const library = join(programs.folder, `chains-${seed}${flags.join('')}.so`);
    const args = ['-std=gnu11', '-w', '-shared', '-fPIC', '-fomit-frame-pointer', ...flags, source, '-o', library];
    expect(spawnSync('cc', args, { encoding: 'utf8' }).stderr).toBe('');
    const { stdout, stderr } = spawnSync(unwindChain(), [library], {
      encoding: 'utf8',
      env: { ...process.env, VERBOSE: '1' },
    });
    return { stderr, ...JSON.parse(stdout) };
  }

  const WITHOUT_TABLES = ['-fno-asynchronous-unwind-tables'];
  test.each([
    ['-O1', WITHOUT_TABLES],
    ['-O2', WITHOUT_TABLES],
    ['-O3', WITHOUT_TABLES],
    ['-Os', WITHOUT_TABLES],
    ['-O2', []],
  ])('finds what was called and nothing else in code of %s %j', (level, tables) => {
    for (const seed of [1, 2, 3]) {
      const {
        stderr,
        stacks,
        called,
        found,
        false: notCalled,
        whole,
        guesses,
      } = unwound(seed, [level, '-foptimize-sibling-calls', ...tables]);
      expect(stderr).toBe('');
      expect({ found, notCalled, whole, guesses }).toEqual({ found: called, notCalled: 0, whole: stacks, guesses: 0 });
      expect(called).toBeGreaterThan(100);
    }
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
        const program = programs.compile('decode.cc', 'decode', ...sourcesOf(DECODER), '-O2');
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
