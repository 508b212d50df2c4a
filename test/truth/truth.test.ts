import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { buildAddons } from './addons.js';
import { truthOf } from './expected.js';
import { judge } from './judge.js';
import { planOf } from './plan.js';
import { sumsOf } from './smaps.js';
import { tryPlan } from './trial.js';

const MIB = 1024;

const work = (id: number, values: object) => ({
  id,
  kind: 'blocks',
  fate: 'kept',
  when: 'once',
  rounds: [0],
  ...values,
});
const planWith = (stages: object[], works: object[], rounds = 1) => ({ seed: 0, rounds, options: [], stages, works });

describe('the truth of a plan', () => {
  test('is in the row of a stage and in those around it', () => {
    const inner = { label: 'inner', works: [0], stages: [] };
    const truths = truthOf(planWith([{ label: 'outer', works: [], stages: [inner] }], [work(0, { kib: 7 })]));
    expect([...truths].map(([stage, { kept }]) => [stage, kept])).toEqual([
      ['(outside any stage)', {}],
      ['outer', { native: 7 }],
      ['outer.inner', { native: 7 }],
    ]);
  });

  test('what another stage gives back is not kept, unless it is made after that', () => {
    const stages = [
      { label: 'close', works: [1], stages: [] },
      { label: 'open', works: [0], stages: [] },
    ];
    const rounds = [0, 1, 2];
    const works = [work(0, { kib: 5, when: 'each', rounds }), { id: 1, kind: 'giveBack', of: 0, rounds }];
    const open = truthOf(planWith(stages, works as object[], 3)).get('open')!;
    expect(open.kept).toEqual({ native: 5 });
    expect(open.freed).toBe(10);
  });
});

test('the rate of what may be garbage is that of kept and garbage together', () => {
  const each = { kind: 'shared', kib: 5 * MIB, when: 'each', rounds: [0, 1] };
  const plan = planWith([{ label: 'a', works: [0], stages: [] }], [work(0, { ...each, fate: 'dropped' })], 2);
  const told = (text: string) => ({ stage: 'a', kind: 'buffer-growth', amount: 10 * MIB, text });
  const judged = (text: string) => judge([told(text)], truthOf(plan), { collected: false, freeKib: 0 }).wrong;
  expect(judged('+5.00 MiB a call, or no collection has freed them yet')).toEqual([]);
  expect(judged('+9.00 MiB a call, or no collection has freed them yet')).toHaveLength(1);
});

test('a worker thread that is kept has a JS heap besides what it keeps', () => {
  const each = { kib: 5, when: 'each', rounds: [0, 1] };
  const works = [
    work(0, { ...each, kind: 'workerBuffers' }),
    work(1, { ...each, kind: 'workerBuffers', fate: 'dropped' }),
  ];
  const truth = truthOf(planWith([{ label: 'a', works: [0, 1], stages: [] }], works, 2)).get('a');
  const heapKib = 5 * MIB;
  expect(truth).toMatchObject({
    kept: { buffers: 10, workers: 2 * heapKib },
    perCall: { buffers: 5, workers: heapKib },
    made: 4 * (5 + heapKib),
  });
});

test('growth a call is that of works which every call does', () => {
  const stage = { label: 'a', works: [0, 1], stages: [] };
  const works = [work(0, { kib: 5, rounds: [0, 1, 2] }), work(1, { kib: 7, rounds: [0, 1] })];
  expect(truthOf(planWith([stage], works, 3)).get('a')).toMatchObject({ kept: { native: 29 }, perCall: { native: 5 } });
});

describe('a finding is wrong', () => {
  const judged = (values: object, finding: object, run: object = {}) => {
    const plan = planWith([{ label: 'a', works: [0], stages: [] }], [work(0, { kib: 200 * MIB, ...values })]);
    const told = { stage: 'a', text: '', amount: 200 * MIB, kind: 'native-growth', ...finding };
    return judge([told], truthOf(plan), { collected: false, freeKib: 200 * MIB, ...run });
  };

  test.each<[string, object, object, object?]>([
    ['of another owner', { kind: 'buffers' }, {}],
    ['with too large an amount', {}, { amount: 270 * MIB }],
    ['with too small an amount', {}, { amount: 130 * MIB }],
    ['of what was given back', { fate: 'dropped' }, {}],
    ['of garbage', { kind: 'buffers', fate: 'dropped' }, { kind: 'buffer-growth' }],
    ['as fragmentation of live memory', {}, { kind: 'fragmentation' }],
    ['as fragmentation that malloc does not have', { fate: 'dropped' }, { kind: 'fragmentation' }, { freeKib: 0 }],
    ['as uncollected where collections were forced', { kind: 'buffers' }, { kind: 'uncollected' }, { collected: true }],
    ['as uncollected where no collection helps', {}, { kind: 'uncollected' }],
    ['as growth a call, if it came once', {}, { text: 'live native +200 MiB, +200 MiB a call' }],
    ['of a stage that is not there', {}, { stage: 'b' }],
  ])('%s', (_, values, finding, run) => {
    expect(judged(values, finding, run).wrong).toHaveLength(1);
  });

  test.each<[string, object, object]>([
    ['what is kept', {}, {}],
    ['garbage that only a collection decides', { kind: 'buffers', fate: 'dropped' }, { kind: 'uncollected' }],
    [
      'a part that is told as one',
      { kind: 'buffers', kib: 400 * MIB },
      { kind: 'buffer-growth', text: 'at least +200 MiB of Buffers' },
    ],
    ['what malloc has free', { fate: 'dropped' }, { kind: 'fragmentation' }],
  ])('but not about %s', (_, values, finding) => {
    expect(judged(values, finding)).toMatchObject({ wrong: [], right: [{}], silent: [] });
  });

  test('and a missing one is silent', () => {
    expect(judged({}, { kind: 'waiting' }).silent).toEqual([{ stage: 'a', owner: 'native', kib: 200 * MIB }]);
  });
});

test('the sums of mappings tell code, files, shared memory and the rest apart', () => {
  const mapping = (flags: string, path: string, rss: number, anonymous: number) =>
    `1000-2000 ${flags} 00000000 08:01 1   ${path}\nRss: ${rss} kB\nAnonymous: ${anonymous} kB\n`;
  const text = [
    mapping('r-xp', '/bin/node', 1, 0),
    mapping('rw-p', '/bin/node', 2, 2),
    mapping('r--s', '/data', 4, 0),
    mapping('rw-s', '/memfd:x (deleted)', 8, 0),
    mapping('rw-p', '[heap]', 16, 16),
    mapping('rw-p', '', 32, 32),
  ].join('');
  expect(sumsOf(text)).toEqual({ rssKib: 63, codeKib: 3, filesKib: 4, sharedKib: 8, anonymousKib: 48 });
});

/** `npm run test:truth` has a hundred. These are of different kinds of memory; the last two end with busy worker threads. */
const SEEDS = [1, 2, 5, 7, 9, 10, 39012, 39034];

describe.runIf(existsSync('/proc/self/smaps'))('random programs', () => {
  test.each(SEEDS)('of seed %i: nothing wrong is told, and little has no owner', async (seed) => {
    const base = temporaryFolder();
    const plan = planOf(seed);
    const { failed, wrong, account } = await tryPlan(plan, { addons: buildAddons(base), base });
    expect(failed).toBeUndefined();
    expect(wrong).toEqual([]);
    const { differences, boundKib } = account!;
    expect(Math.abs(differences.residual)).toBeLessThanOrEqual(boundKib);
    // The resident set is read twice. Between, a collection may free what one piece was made from.
    const pieceKib = Math.max(...plan.works.map(({ chunkKib }) => chunkKib ?? 0));
    expect(Math.abs(differences['resident set'])).toBeLessThanOrEqual(boundKib + pieceKib);
  });
});
