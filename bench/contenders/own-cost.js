// Programs whose thread is charged for a profiler, to compare what is added with what the report tells.
import { nullProfiler, StageProfiler } from '../../dist/index.js';

/** Half of a second-level cache or more, so that stages meet cold caches as they do in real programs. */
const WORK_CELLS = 1 << 15;
const STEP = 8;

/** @param {{ program: 'handles' | 'nested callbacks' | 'promises', isProfiled: boolean }} options */
export function open({ program, isProfiled }) {
  const measured = new StageProfiler();
  const profiler = isProfiled ? measured : nullProfiler;
  const cells = new Float64Array(WORK_CELLS);
  const work = () => {
    for (let i = 0; i < WORK_CELLS; i += STEP) cells[i]++;
  };
  const awaited = async () => {
    work();
    await null;
  };
  const inner = () => {
    profiler.stage('read', work);
    profiler.stage('parse', work);
  };
  const inputs = {
    handles() {
      const stage = profiler.stage('input');
      work();
      stage.end();
    },
    'nested callbacks': () => profiler.stage('input', inner),
    promises: () => profiler.stage('input', awaited),
  };
  const input = inputs[program];
  return {
    async run(operations) {
      for (let i = 0; i < operations; i++) await input();
    },
    /** What the report tells, in nanoseconds; 0 without a profiler. */
    toldNs: () => measured.report().overhead_s * 1e9,
  };
}
