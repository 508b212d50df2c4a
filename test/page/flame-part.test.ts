import { describe, expect, test } from 'vitest';
import { FlameModel } from '../../src/browser/flame-model.js';
import { flamePart } from '../../src/page/flame-part.js';
import type { FlamePart } from '../../src/page/page-data.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { profileOf, type RowInput } from '../support/arbitrary-profile.js';

const js = (name: string) => ({ kind: 'js', name, file: `/app/${name}.js`, startLine: 3 }) as const;
const rows: RowInput[] = [
  { stage: 'a', thread: 'main', frames: [js('f'), js('g')], values: { samples: 1, cpu: 30 } },
  { stage: 'a', thread: 'worker', frames: [js('f'), js('g')], values: { samples: 1, cpu: 12 } },
  { stage: 'a', thread: 'main', frames: [js('f')], values: { samples: 1, cpu: 5, live_space: 700 } },
  { stage: '', thread: 'main', frames: [{ kind: 'vm', name: '(garbage collector)' }], values: { cpu: 3 } },
  {
    stage: 'a',
    thread: 'pool',
    frames: [{ kind: 'native', name: '', module: '/lib/libz.so.1', offset: 4096 }],
    values: { cpu: 2 },
  },
];

/** Each stack with its own values. */
function stacksOf(part: FlamePart): Record<string, readonly number[]> {
  const model = new FlameModel(part);
  const texts = part.parents.map((_, node) => {
    const path: string[] = [];
    for (let at = node; at !== -1; at = model.parents[at]!) {
      const frame = model.frameOf(at);
      path.unshift(`${model.nameOf(frame)}|${model.whereOf(frame)}|${model.kindOf(frame)}`);
    }
    return path.join(' > ');
  });
  return Object.fromEntries(texts.map((text, node) => [text, part.types.map(({ self }) => self[node]!)]));
}

describe('the stacks on a page', () => {
  test('are one tree of all threads, with the stage outermost', () => {
    const part = flamePart(profileOf(rows))!;
    expect(part.types.map(({ type, unit }) => [type, unit])).toEqual([
      ['cpu', 'ns'],
      ['live', 'bytes'],
    ]);
    expect(stacksOf(part)).toEqual({
      '[a]||stage': [0, 0],
      '[a]||stage > f|/app/f.js:3|js': [5, 700],
      '[a]||stage > f|/app/f.js:3|js > g|/app/g.js:3|js': [42, 0],
      '[a]||stage > libz.so.1+0x1000|libz.so.1|native': [2, 0],
      '[(outside any stage)]||stage': [0, 0],
      '[(outside any stage)]||stage > (garbage collector)||vm': [3, 0],
    });
  });

  test('of a stage are its own', () => {
    expect(Object.keys(stacksOf(flamePart(profileOf(rows), { stage: 'a' })!))).toHaveLength(4);
    expect(flamePart(profileOf(rows), { stage: 'none' })).toBeNull();
  });

  test('with a base have both sides, also what one side lacks', () => {
    const base = profileOf([{ stage: 'a', thread: 'main', frames: [js('gone')], values: { cpu: 50 } }, rows[0]!]);
    const part = flamePart(profileOf(rows), { base })!;
    const model = new FlameModel(part);
    const nodes = Object.fromEntries(
      part.nodes.map((frame, node) => [model.nameOf(frame), [model.totals[node], model.baseTotals[node]]]),
    );
    expect(nodes).toMatchObject({ '[a]': [49, 80], g: [42, 30], gone: [0, 50] });
  });

  test.each([
    ['the smallest', (index: number) => index + 1],
    ['the last of those that are equal', () => 1],
  ])('past a limit leave out %s, whose values stay with their callers', (_, cpuOf) => {
    const many = profileOf(
      Array.from(
        { length: 300 },
        (_, index): RowInput => ({
          stage: 'a',
          thread: 'm',
          frames: [js('f'), js(`g${index}`)],
          values: { cpu: cpuOf(index) },
        }),
      ),
    );
    const all = flamePart(many)!;
    const few = flamePart(many, { mostNodes: 40 })!;
    expect(few.nodes).toHaveLength(40);
    const sum = ({ types: [type] }: FlamePart) => type!.self.reduce((total, value) => total + value, 0);
    expect(sum(few)).toBe(sum(all));
    expect(few.notes).toEqual(['262 smaller frames counted as their callers: a screen does not show them.']);
    expect(new FlameModel(few).totals[0]).toBe(sum(all));
  });

  test('are none of a profile without any', () => {
    expect(flamePart(new StackProfile())).toBeNull();
  });
});
