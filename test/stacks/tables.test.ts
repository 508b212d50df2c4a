import { describe, expect, test } from 'vitest';
import { type FrameInput, frameOf, OTHER } from '../../src/stacks/frame.js';
import { FrameTable, OTHER_FRAME } from '../../src/stacks/frame-table.js';
import { MAX_DEPTH, NO_STACK, StackTable } from '../../src/stacks/stack-table.js';
import { LONGEST_TEXT, StringTable } from '../../src/stacks/string-table.js';

describe('the table of strings', () => {
  test('numbers distinct texts, and the empty one is 0', () => {
    const strings = new StringTable();
    expect(['b', '', 'a', 'b', '__proto__'].map((text) => strings.intern(text))).toEqual([1, 0, 2, 1, 3]);
    expect([strings.length, strings.get(0), strings.get(2), strings.get(3)]).toEqual([4, '', 'a', '__proto__']);
    expect([strings.find('a'), strings.find('c'), strings.length]).toEqual([2, undefined, 4]);
  });

  test('cuts a text that is longer than the limit, but never inside a character', () => {
    const strings = new StringTable();
    const whole = 'x'.repeat(LONGEST_TEXT);
    expect(strings.get(strings.intern(whole))).toBe(whole);
    expect(strings.get(strings.intern(`${whole}y`))).toBe(`${'x'.repeat(LONGEST_TEXT - 1)}…`);
    expect(strings.find(`${whole}z`)).toBe(strings.find(`${whole}y`));
    const faces = '😀'.repeat(LONGEST_TEXT);
    expect(strings.get(strings.intern(faces))).toBe(`${'😀'.repeat(LONGEST_TEXT / 2 - 1)}…`);
  });
});

describe('the table of frames', () => {
  const NATIVE: FrameInput = {
    kind: 'native',
    module: '/lib/a.so',
    buildId: 'c0ffee',
    offset: 2 ** 40 + 7,
    guessed: true,
  };

  test('numbers distinct frames from 2, because 1 is (other)', () => {
    const frames = new FrameTable(new StringTable(), 100);
    expect(frames.get(OTHER_FRAME)).toEqual(OTHER);
    expect(frames.intern(NATIVE)).toBe(2);
    expect(frames.intern({ kind: 'js', name: 'f', file: 'f.js', line: 3, column: 9, startLine: 2 })).toBe(3);
    expect(frames.intern({ ...NATIVE })).toBe(2);
    expect(frames.intern(OTHER)).toBe(OTHER_FRAME);
    expect(frames.length).toBe(3);
  });

  test('returns each frame as it was added', () => {
    const frames = new FrameTable(new StringTable(), 100);
    expect(frames.get(frames.intern(NATIVE))).toEqual(frameOf(NATIVE));
    const all: FrameInput = {
      kind: 'builtin',
      guessed: false,
      inherited: true,
      inlined: true,
      name: 'n',
      file: 'f',
      line: 0xffffffff,
      column: 2,
      startLine: 3,
      module: 'm',
      buildId: 'b',
      offset: Number.MAX_SAFE_INTEGER,
    };
    expect(frames.get(frames.intern(all))).toEqual(all);
  });

  test.each<[string, Partial<FrameInput>]>([
    ['kind', { kind: 'js' }],
    ['guessed', { guessed: false }],
    ['inherited', { inherited: true }],
    ['inlined', { inlined: true }],
    ['name', { name: 'x' }],
    ['file', { file: 'x' }],
    ['line', { line: 1 }],
    ['column', { column: 1 }],
    ['startLine', { startLine: 1 }],
    ['module', { module: 'x' }],
    ['buildId', { buildId: 'x' }],
    ['low word of the offset', { offset: 2 ** 40 + 8 }],
    ['high word of the offset', { offset: 2 ** 41 + 7 }],
  ])('tells frames apart by their %s', (_, difference) => {
    const frames = new FrameTable(new StringTable(), 100);
    expect(frames.intern(NATIVE)).toBe(2);
    expect(frames.intern({ ...NATIVE, ...difference })).toBe(3);
  });

  test('takes neither new frames nor their texts when it is full, and still finds those it has', () => {
    const strings = new StringTable();
    const frames = new FrameTable(strings, 2);
    const known = frames.intern({ kind: 'js', name: 'f' });
    const texts = strings.length;
    expect(frames.intern({ kind: 'js', name: 'g' })).toBe(OTHER_FRAME);
    expect(frames.intern({ kind: 'native', name: 'f' })).toBe(OTHER_FRAME);
    expect(frames.intern({ kind: 'js', name: 'f' })).toBe(known);
    expect([frames.length, strings.length]).toEqual([2, texts]);
  });
});

describe('the table of stacks', () => {
  test('shares the prefixes of stacks', () => {
    const stacks = new StackTable(100);
    const a = stacks.intern(NO_STACK, 2);
    const ab = stacks.intern(a, 3);
    const ac = stacks.intern(a, 4);
    expect([a, ab, ac, stacks.intern(a, 3)]).toEqual([1, 2, 3, 2]);
    expect([stacks.frames(NO_STACK), stacks.frames(ab), stacks.frames(ac)]).toEqual([[], [2, 3], [2, 4]]);
    expect([stacks.prefix(ac), stacks.frame(ac), stacks.depth(ac), stacks.depth(NO_STACK)]).toEqual([a, 4, 2, 0]);
    expect(stacks.length).toBe(3);
  });

  test('ends a new stack in one (other) when it is full, and still finds those it has', () => {
    const stacks = new StackTable(2);
    const a = stacks.intern(NO_STACK, 2);
    const ab = stacks.intern(a, 3);
    const other = stacks.intern(ab, 4);
    expect(stacks.frames(other)).toEqual([2, 3, OTHER_FRAME]);
    expect(stacks.intern(other, 5)).toBe(other);
    expect(stacks.intern(ab, 6)).toBe(other);
    expect(stacks.intern(a, 3)).toBe(ab);
    for (let frame = 10; frame < 100; frame++) for (const prefix of [0, a, ab, other]) stacks.intern(prefix, frame);
    expect(stacks.length).toBe(5);
  });

  test('ends a stack that is deeper than the limit in one (other)', () => {
    const stacks = new StackTable(1e6);
    let stack = NO_STACK;
    for (let frame = 2; frame < MAX_DEPTH + 50; frame++) stack = stacks.intern(stack, frame);
    const frames = stacks.frames(stack);
    expect([frames.length, frames.at(-2), frames.at(-1)]).toEqual([MAX_DEPTH + 1, MAX_DEPTH + 1, OTHER_FRAME]);
    expect(stacks.length).toBe(MAX_DEPTH + 1);
  });
});
