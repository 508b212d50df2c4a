// What is true of each stage of a plan when the program has ended.
import { KINDS, OWN_HEAP_KIB, SHREDS_KEPT } from './kinds.js';

/**
 * @typedef {object} Truth all amounts in KiB, with what the stages inside did
 * @property {Record<string, number>} kept what is live in the end, by owner
 * @property {Record<string, number>} perCall the part of it that grows with each call
 * @property {Record<string, number>} garbage what only a collection frees, by owner
 * @property {Record<string, number>} garbagePerCall the part of it that grows with each call
 * @property {number} freed from malloc: the allocator may hold it
 * @property {number} atOnce the most native memory that was needed for a moment only
 * @property {number} made everything
 */

/** @returns {Map<string, Truth>} by the label of the row; `(outside any stage)` is what no stage did */
export function truthOf(plan) {
  const truths = new Map([['(outside any stage)', none()]]);
  const lives = [];
  walk(plan, (work, rows) => {
    for (const label of rows) if (!truths.has(label)) truths.set(label, none());
    if (work === null) return;
    if (work.kind === 'giveBack') {
      for (const life of lives)
        if (life.work.id === work.of && life.fate === 'kept') Object.assign(life, end(life.work), { endedIn: rows });
    } else
      lives.push({
        work,
        rows,
        endedIn: rows,
        inEachCall: plan.rounds > 1 && work.rounds.length === plan.rounds,
        ...(work.fate === 'dropped' ? end(work) : { fate: 'kept' }),
      });
  });
  for (const life of lives) {
    for (const label of new Set([...life.rows, ...life.endedIn]))
      add(truths.get(label), life, life.rows.includes(label));
  }
  return truths;
}

const end = (work) => ({ fate: KINDS[work.kind].dropped });

function add(truth, { work, fate, rows, endedIn, inEachCall }, made) {
  const { owner, fromMalloc, hasThread = false } = KINDS[work.kind];
  const plus = (sums, kib, of = owner) => {
    if (kib > 0) sums[of] = (sums[of] ?? 0) + kib;
  };
  const threadKib = hasThread ? OWN_HEAP_KIB : 0;
  if (made) truth.made += work.kib + threadKib;
  const keptKib = fate === 'kept' ? work.kib * (work.kind === 'shreds' ? SHREDS_KEPT : 1) : 0;
  if (made && keptKib > 0) {
    plus(truth.kept, keptKib);
    if (inEachCall) plus(truth.perCall, keptKib / work.rounds.length);
    plus(truth.kept, threadKib, 'workers');
    if (inEachCall) plus(truth.perCall, threadKib / work.rounds.length, 'workers');
  }
  if (fate === 'garbage' && made) {
    plus(truth.garbage, work.kib);
    if (inEachCall) plus(truth.garbagePerCall, work.kib / work.rounds.length);
  }
  if (fromMalloc && keptKib < work.kib) truth.freed += work.kib - keptKib;
  // Objects that a worker had, and its messages, go through malloc in part. Strings outside the JS heap are blocks of malloc.
  const forAMoment =
    made &&
    keptKib < work.kib &&
    (owner === 'native' || owner === 'mapped' || owner === 'strings') &&
    rows.some((row) => endedIn.includes(row));
  if (forAMoment) truth.atOnce = Math.max(truth.atOnce, work.kib * (work.fate === 'dropped' ? 1 : work.rounds.length));
}

const none = () => ({ kept: {}, perCall: {}, garbage: {}, garbagePerCall: {}, freed: 0, atOnce: 0, made: 0 });

/** Calls `visit` for each work in the order of the program, with the rows that it counts in; once with null for each stage. */
function walk(plan, visit) {
  const enter = (stage, above, round) => {
    const label = stage.label === null ? null : [...(above.length > 0 ? [above.at(-1)] : []), stage.label].join('.');
    const rows = label === null ? ['(outside any stage)'] : [...above, label];
    visit(null, rows);
    for (const id of stage.works) if (plan.works[id].rounds.includes(round)) visit(plan.works[id], rows);
    for (const child of stage.stages) enter(child, label === null ? [] : rows, round);
  };
  for (let round = 0; round < plan.rounds; round++) for (const stage of plan.stages) enter(stage, [], round);
}
