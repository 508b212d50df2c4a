// Random programs whose truth is known. A plan is plain JSON: test/programs/truth/perform.mjs does what it says.
import { seeded } from '../support/random.js';
import { KINDS } from './kinds.js';

const MIB = 1024;
/** A program uses at most so much, so that two of them fit on a small machine. */
const MOST_KIB = 600 * MIB;
/** The addon has so many slots for what is given back later. */
const SLOTS = 16;

/**
 * @typedef {object} Work
 * @property {number} id its index in `works`
 * @property {string} kind a name of KINDS, or `giveBack`
 * @property {number} kib what one round makes of it
 * @property {readonly number[]} rounds the rounds in which it is done
 * @property {number} [chunkKib] size of the pieces that it is made of
 * @property {'once' | 'first' | 'each'} when
 * @property {'kept' | 'dropped' | 'given back'} fate `dropped` within the stage, `given back` by another stage
 */

/**
 * @param {number} seed the same seed gives the same plan
 * @returns {{ seed: number, rounds: number, options: string[], stages: object[], works: Work[] }}
 */
export function planOf(seed) {
  const random = seeded(seed);
  const below = (limit) => Math.floor(random() * limit);
  const oneOf = (list) => list[below(list.length)];
  const rounds = oneOf([1, 3, 8, 20, 40]);
  const plan = { seed, rounds, options: random() < 0.25 ? ['--collect', 'outermost'] : [], stages: [], works: [] };
  const stages = stagesOf(plan, below);

  const count = 1 + below(4);
  let leftKib = MOST_KIB;
  for (let i = 0; i < count; i++) {
    const work = workOf(oneOf(Object.keys(KINDS)), { rounds, random, oneOf, below });
    const allKib = work.kib * work.rounds.length;
    if (allKib > leftKib) continue;
    leftKib -= allKib;
    work.slot = i % SLOTS;
    const at = below(stages.length);
    add(plan, stages[at], work);
    if (work.fate === 'given back')
      add(plan, stages[(at + 1 + below(stages.length)) % stages.length], giveBackOf(work, rounds, oneOf));
  }
  return plan;
}

/** Up to four stages, one after another or one in another; now and then something is done outside of all. */
function stagesOf(plan, below) {
  const all = [];
  for (const label of ['load', 'work', 'store', 'close'].slice(0, 1 + below(4))) {
    const stage = { label, works: [], stages: [] };
    const parent = all.length > 0 && below(3) === 0 ? all.at(-1) : plan;
    parent.stages.push(stage);
    all.push(stage);
  }
  if (below(5) === 0) {
    plan.stages.unshift({ label: null, works: [], stages: [] });
    all.push(plan.stages[0]);
  }
  return all;
}

function workOf(kind, { rounds, random, oneOf, below }) {
  const when = rounds === 1 ? 'once' : oneOf(['once', 'first', 'each']);
  const firstRounds = { once: 1, first: Math.min(rounds, 1 + below(3)), each: rounds }[when];
  const start = when === 'once' ? below(rounds) : 0;
  const totalKib = oneOf([0, 4, 16, 48, 90, 120, 160, 200]) * MIB;
  // Files and mappings have whole pages.
  const kib = Math.max(64, 4 * Math.floor(totalKib / firstRounds / 4));
  const chance = random();
  const later = KINDS[kind].dropped === 'garbage' || ['blocks', 'mappings', 'files', 'workers'].includes(kind);
  const fate = chance < 0.55 || kind === 'shreds' ? 'kept' : chance < 0.8 || !later ? 'dropped' : 'given back';
  return {
    kind,
    when,
    kib,
    rounds: Array.from({ length: firstRounds }, (_, i) => start + i),
    fate: kind === 'spikes' ? 'dropped' : fate,
    chunkKib: oneOf([16, 100, 1024, 8192]),
    blockBytes: oneOf([64, 1000, 16 * 1024, 100 * 1024]),
    place: oneOf(['main', 'main', 'new', 'resident', 'pool']),
    ...(kind === 'wasm' ? { chunkKib: 8192 } : {}),
    ...(kind === 'shreds' ? { blockBytes: oneOf([1000, 16 * 1024]) } : {}),
  };
}

/** The addon has one slot a work, so a work that is done again has to be given back before. */
function giveBackOf(work, rounds, oneOf) {
  const each = ['blocks', 'mappings'].includes(work.kind) || oneOf([true, false]);
  return {
    kind: 'giveBack',
    of: work.id,
    kib: 0,
    when: 'each',
    fate: 'kept',
    rounds: each ? all(rounds) : [rounds - 1],
  };
}

const all = (rounds) => Array.from({ length: rounds }, (_, round) => round);

function add(plan, stage, work) {
  work.id = plan.works.length;
  plan.works.push(work);
  stage.works.push(work.id);
}
