// node perform.mjs <plan>: does what a plan of test/truth/plan.js says, then leaves beside it what the system says of the
// process: `smaps` and `end.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryKinds } from './memory.mjs';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { activeProfiler } = await import(plan.packageUrl);
const profiler = activeProfiler();
const kinds = memoryKinds(plan.addons);

/** What works hold, by the id of the work. */
const held = new Map();
globalThis.kept = held;

async function perform(work, round) {
  if (!work.rounds.includes(round)) return;
  if (work.kind === 'giveBack') return giveBack(held.get(work.of) ?? [], plan.works[work.of]);
  const made = await kinds[work.kind].make(work);
  if (work.fate === 'dropped') return giveBack([made], work);
  if (!held.has(work.id)) held.set(work.id, []);
  held.get(work.id).push(made);
}

async function giveBack(all, work) {
  for (const made of all.splice(0)) await kinds[work.kind].giveBack?.(work, made);
}

async function enter(stage, round) {
  const inside = async () => {
    for (const id of stage.works) await perform(plan.works[id], round);
    for (const child of stage.stages) await enter(child, round);
  };
  await (stage.label === null ? inside() : profiler.stage(stage.label, inside));
}

const STILL_BYTES = 2 ** 18;
/** So many looks in a row find it still: threads of V8 that collect may have no CPU for a while. */
const STILL_LOOKS = 5;
const MOST_LOOKS = 100;

/**
 * Waits until collections have given back what they found: the system and the profiler each read the resident set, one
 * after the other.
 */
async function holdStill() {
  let before = 0;
  let still = 0;
  for (let look = 0; look < MOST_LOOKS && still < STILL_LOOKS; look++) {
    const now = process.memoryUsage.rss();
    still = Math.abs(now - before) <= STILL_BYTES ? still + 1 : 0;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (let round = 0; round < plan.rounds; round++) for (const stage of plan.stages) await enter(stage, round);
await holdStill();

const { freeInMalloc } = createRequire(import.meta.url)(plan.addons.files);
writeFileSync(plan.end, JSON.stringify({ memory: process.memoryUsage(), freeKib: Math.round(freeInMalloc() / 1024) }));
writeFileSync(plan.smaps, readFileSync('/proc/self/smaps'));
process.exit(0);
