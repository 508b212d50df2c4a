/** Twelve stages at once, each with a busy function of its own, which wait in four ways between. Argument: attribution. */
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StageProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';

// V8 tells functions by the names in their source.
// biome-ignore lint/security/noGlobalEval: the source has the name
const named = (name) => eval(`(spin) => function busy_${name}(ms) { return spin(ms) + 1; }`)(spin);
const busy = Object.fromEntries([...'abcdefghijkl'].map((name) => [name, named(name)]));
const profiler = new StageProfiler({ stacks: ['cpu'], stacksHz: 200, attribution: process.argv[2] });
const end = performance.now() + 2500;
await Promise.all(
  Object.keys(busy).map((name, k) =>
    profiler.stage(name, async () => {
      for (let turn = k; performance.now() < end; turn++) {
        busy[name](0.3 + (turn % 5) / 2);
        if (turn % 4 === 0) await null;
        else if (turn % 4 === 1) await delay(1);
        else if (turn % 4 === 2) await stat('/');
        else await profiler.stage('sub', async () => void busy[name](0.5));
      }
    }),
  ),
);
const early = profiler.stacks();
profiler.close();
const { stages, sources, warnings } = profiler.report();
const pprof = Buffer.from(profiler.stacks()).toString('base64');
process.stdout.write(JSON.stringify({ early: early.length, pprof, stages, sources, warnings }));
