import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FINDING_KINDS } from '../../src/findings/row-findings.js';

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const PROGRAM = pathOf('examples/findings.js');
const PAGE = readFileSync(pathOf('docs/findings.md'), 'utf8');

const WITHOUT_TRACKER = ['js-growth', 'uncollected', 'gc-bound', 'waiting', 'off-thread', 'buffer-growth'];

const printed = (...args: string[]) => {
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return stdout + stderr;
};

test.each(WITHOUT_TRACKER)('the example of %s has its finding without the tracker', (kind) => {
  expect(printed(PROGRAM, kind)).toMatch(new RegExp(`^(${kind} |also .*${kind})`, 'm'));
});

const spaced = (text: string) => text.replace(/\s+/g, ' ').trim();
/** The text without its numbers and units. */
const shape = (text: string) => spaced(text).replace(/[-+]?\d(?:[\d.,]*\d)?(%| (s|ms|KiB|MiB|GiB)\b)?/g, '#');

/** Parts that depend on the machine: which of two conditions held, why the program waited, and whether growth goes on. */
const VARIES: readonly (readonly [RegExp, string])[] = [
  [
    /of which up to # is memory the allocator holds without use|of which some # is freed memory that the allocator holds/,
    'FREED',
  ],
  [/ \(disk, network.*|, ready to run.*/, 'WAITED'],
  [/most of \S+;/, 'FILE'],
  // Whether growth goes on is told from the resident set, which has garbage too.
  [/, # a call| in # calls/, ' PACE'],
];
const comparable = (text: string) => VARIES.reduce((line, [of, by]) => line.replace(of, by), shape(text));

describe.skipIf(!existsSync(pathOf('build/Release/libstageprof_tracker.so')))('under `stageprof run`', () => {
  test.each(FINDING_KINDS)('the example of %s prints the line on the page', (kind) => {
    const line = new RegExp(`^${kind} +[a-z]+: .*$`, 'm').exec(PAGE)?.[0] ?? '(none)';
    const collect = kind === 'js-growth' ? ['--collect', 'outermost'] : [];
    const output = printed(
      pathOf('dist/cli/main.js'),
      'run',
      '--full',
      ...collect,
      '--',
      process.execPath,
      PROGRAM,
      kind,
    );
    expect(output.split('\n').map(comparable)).toContain(comparable(line));
  });
});

test('an unknown kind is an error of usage', () => {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'x'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('fragmentation|native-growth|')]);
});
