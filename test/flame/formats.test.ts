import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { FLAME_FORMAT_NAMES, type FlameFormatName, flameFile } from '../../src/flame/formats.js';
import type { FrameInput } from '../../src/stacks/frame.js';
import { readPprof } from '../../src/stacks/pprof-reader.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';
import { openInSpeedscope } from '../support/speedscope-importer.js';

const MS = 1e6;
const outer: FrameInput = { kind: 'js', name: 'outer', file: '/app/a file.js', startLine: 3, line: 3 };
const inner: FrameInput = { kind: 'js', name: 'inner', file: '/app/a file.js', startLine: 10 };

function profileOf(rows: readonly (readonly [stage: string, thread: string, frames: FrameInput[], ms: number])[]) {
  const profile = new StackProfile();
  for (const [stage, thread, frames, ms] of rows) {
    let stack = NO_STACK;
    for (const frame of frames) stack = profile.stacks.intern(stack, profile.frames.intern(frame));
    const row = profile.row(stage, thread, stack);
    profile.add(row, 'samples', 1);
    profile.add(row, 'cpu', ms * MS);
  }
  return profile;
}

const profile = profileOf([
  ['load', 'main', [outer, { ...inner, line: 11 }], 30],
  ['load', 'main', [outer, { ...inner, line: 12 }], 20],
  ['load.parse', 'main', [outer], 10],
  ['loader', 'main', [outer], 5],
  ['', 'pool', [{ kind: 'vm', name: '(garbage collector)' }], 7],
  ['load', 'main', [{ kind: 'vm', name: '(idle)' }], 0],
]);

const FILE_NAMES: Readonly<Record<FlameFormatName, string>> = {
  collapsed: 'x.collapsed.txt',
  speedscope: 'x.speedscope.json',
  cpuprofile: 'x.cpuprofile',
  pprof: 'x.pb.gz',
};

/** The sums by stage, as speedscope has them: in microseconds for a .cpuprofile. */
async function openedSums(format: FlameFormatName, content: string | Uint8Array) {
  const sums: Record<string, number> = {};
  for (const { stacks } of await openInSpeedscope(FILE_NAMES[format], content)) {
    for (const [stack, value] of stacks) {
      const stage = stack.split(';')[0]!;
      sums[stage] = (sums[stage] ?? 0) + Math.round(format === 'cpuprofile' ? value / 1000 : value / MS);
    }
  }
  return sums;
}

describe('speedscope opens each format', () => {
  test.each(FLAME_FORMAT_NAMES)('%s: the outermost frame is the stage, and values add up', async (format) => {
    const content = await flameFile(format, profile, undefined, { type: 'cpu' });
    expect(await openedSums(format, content)).toEqual({
      '[load]': 50,
      '[load.parse]': 10,
      '[loader]': 5,
      '[(outside any stage)]': 7,
    });
  });

  test.each(FLAME_FORMAT_NAMES)('%s: with a stage chosen, only that and those below it are there', async (format) => {
    const content = await flameFile(format, profile, undefined, { type: 'cpu', stage: 'load' });
    expect(await openedSums(format, content)).toEqual({ '[load]': 50, '[load.parse]': 10 });
  });

  test.each(FLAME_FORMAT_NAMES)('%s: names are kept whatever is in them', async (format) => {
    const odd = profileOf([['a;b\n"<b>', 'main', [{ kind: 'js', name: '\u0000;名 7' }], 3]]);
    const [opened] = await openInSpeedscope(
      FILE_NAMES[format],
      await flameFile(format, odd, undefined, { type: 'cpu' }),
    );
    expect(opened!.stacks.size).toBe(1);
    expect([...opened!.stacks.keys()][0]).toContain('名 7');
  });

  test.each(FLAME_FORMAT_NAMES)('%s: a profile without stacks can be written', async (format) => {
    const content = await flameFile(format, new StackProfile(), undefined, { type: 'cpu' });
    expect(content.length).toBeGreaterThanOrEqual(0);
  });
});

test('lines of a function are told apart with --type lines alone', async () => {
  const linesOf = async (type: 'cpu' | 'lines') =>
    String(await flameFile('collapsed', profile, undefined, { type, stage: 'load' }))
      .split('\n')
      .filter((line) => line.includes('inner'));
  expect(await linesOf('cpu')).toEqual(['[load];outer /app/a file.js:3;inner /app/a file.js:10 50000000']);
  expect(await linesOf('lines')).toEqual([
    '[load];outer /app/a file.js:3;inner /app/a file.js:11 30000000',
    '[load];outer /app/a file.js:3;inner /app/a file.js:12 20000000',
  ]);
});

test('a speedscope file is valid by the schema of speedscope', async () => {
  const schema = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json'), 'utf8'),
  );
  const validate = new Ajv({ strict: false }).compile(schema);
  const content = JSON.parse(String(await flameFile('speedscope', profile, undefined, { type: 'lines' })));
  expect(validate(content), JSON.stringify(validate.errors)).toBe(true);
  const { profiles, ...rest } = content;
  expect(validate({ ...rest, profiles: [{ ...profiles[0], type: 'other' }] })).toBe(false);
});

test('merged pprof is read back with the same sums and threads', async () => {
  const content = await flameFile('pprof', profile, undefined, { type: 'cpu' });
  const read = await readPprof(content as Uint8Array);
  const threads = new Set(
    Array.from({ length: read.rows.length }, (_, i) => read.strings.get(read.rows.thread(i + 1))),
  );
  expect(threads).toEqual(new Set(['main', 'pool']));
});

describe('the difference to a base', () => {
  const base = profileOf([
    ['load', 'main', [outer, inner], 40],
    ['gone', 'main', [outer], 8],
  ]);

  test('collapsed has both values of each stack', async () => {
    const lines = String(await flameFile('collapsed', profile, base, { type: 'cpu' })).split('\n');
    expect(lines).toContain('[load];outer /app/a file.js:3;inner /app/a file.js:10 40000000 50000000');
    expect(lines).toContain('[gone];outer /app/a file.js:3 8000000 0');
  });

  test('speedscope has what grew and what shrank', async () => {
    const opened = await openInSpeedscope(
      'x.speedscope.json',
      await flameFile('speedscope', profile, base, { type: 'cpu' }),
    );
    expect(opened.map(({ name, weight }) => [name, weight / MS])).toEqual([
      ['grown since the base', 32],
      ['shrunk since the base', 8],
    ]);
  });

  test.each(['cpuprofile', 'pprof'] as const)('%s is refused, with what to do', async (format) => {
    await expect(flameFile(format, profile, base, { type: 'cpu' })).rejects.toThrow(/^--base is not for --format/);
  });
});
