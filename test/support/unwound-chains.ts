import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { chainsSource } from './chains.js';
import type { Programs } from './compiled-programs.js';

const tracker = fileURLToPath(new URL('../../native/tracker', import.meta.url));

const sourcesOf = (names: readonly string[]) => names.map((name) => join(tracker, 'stacks', `${name}.cc`));

/** What decodes instructions: one of them has code, depending on the processor. */
export const DECODER = sourcesOf(['x64/encoding', 'x64/instruction', 'arm64/instruction', 'other/instruction']);

/** Without what takes stacks in a process under the tracker. */
const UNWINDER = [
  ...sourcesOf(['code_map', 'code_reader', 'frame_rule', 'unwind_row', 'unwind_table', 'unwinder', 'v8_code']),
  ...['loaded_object', 'mapped_file', 'module_table'].map((name) => join(tracker, `${name}.cc`)),
  ...DECODER,
];

interface Unwound {
  readonly stacks: number;
  readonly called: number;
  readonly found: number;
  readonly false: number;
  readonly whole: number;
  readonly guesses: number;
}

/** Unwinds a library of chains of functions that is compiled with the flags. */
function unwind(programs: Programs, seed: number, flags: readonly string[], environment: NodeJS.ProcessEnv): Unwound {
  const program = programs.compile('unwind_chain.cc', 'unwind_chain', ...UNWINDER, '-rdynamic');
  const source = join(programs.folder, `chains-${seed}.c`);
  writeFileSync(source, chainsSource(seed));
  const library = join(programs.folder, `chains-${seed}${flags.join('')}.so`);
  const args = ['-std=gnu11', '-w', '-shared', '-fPIC', ...flags, source, '-o', library];
  expect(spawnSync(programs.machine.cc, args, { encoding: 'utf8' }).stderr).toBe('');
  const [command, ...rest] = [...programs.machine.run, program, library];
  const env = { ...process.env, VERBOSE: '1', ...environment };
  const { stdout, stderr } = spawnSync(command!, rest, { encoding: 'utf8', env });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** What was called is found, and nothing else, without a guess, and up to where the program begins. */
export function expectChains(programs: Programs, flags: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
  for (const seed of [1, 2, 3]) {
    const unwound = unwind(programs, seed, ['-foptimize-sibling-calls', ...flags], environment);
    const { stacks, called, found, false: notCalled, whole, guesses } = unwound;
    expect({ found, notCalled, whole, guesses }).toEqual({ found: called, notCalled: 0, whole: stacks, guesses: 0 });
    expect(called).toBeGreaterThan(100);
  }
}
