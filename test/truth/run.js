// node test/truth/run.js [--programs 100] [--seed 1] [--jobs 2] [--verbose]
// Runs the programs of cases.js, then random programs whose truth is known under `stageprof run`. Prints what is told wrong or not at all, then a table by
// kind, and how far the account of the resident set is from the mappings of the process. Needs the built package. Exits with
// 1 if a finding is wrong, a residual is above its bound or a program failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAddons } from './addons.js';
import { CASES } from './cases.js';
import { planOf } from './plan.js';
import { Tally } from './tally.js';
import { tryCase, tryPlan } from './trial.js';

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});

const base = mkdtempSync(join(tmpdir(), 'stageprof-truth-'));
const tally = new Tally();
try {
  for (const one of CASES)
    for (const line of tally.addCase(one, await tryCase(one, base))) process.stdout.write(`${line}\n`);
  const addons = buildAddons(base);
  const first = Number(values.seed);
  const seeds = Array.from({ length: Number(values.programs) }, (_, i) => first + i).values();
  const job = async () => {
    for (const seed of seeds) {
      const plan = planOf(seed);
      const outcome = await tryPlan(plan, { addons, base });
      for (const line of tally.add(seed, outcome)) process.stdout.write(`${line}\n`);
      if (values.verbose)
        process.stdout.write(`${JSON.stringify({ plan, ...outcome, truths: [...(outcome.truths ?? [])] }, null, 1)}\n`);
    }
  };
  // All jobs share one iterator, so each takes the next seed that is left.
  await Promise.all(Array.from({ length: Number(values.jobs) }, job));
} finally {
  rmSync(base, { recursive: true, force: true });
}
process.stdout.write(`\n${tally.table().join('\n')}\n`);
if (tally.faults > 0) process.exitCode = 1;
