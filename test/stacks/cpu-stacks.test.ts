import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { StageProfiler } from '../../src/index.js';
import { type CpuStacks, openCpuStacks } from '../../src/stacks/cpu-stacks.js';
import { PHASE, SAMPLING_STATE, type SamplingPlan } from '../../src/stacks/sampling-messages.js';

const clock = vi.hoisted(() => ({ ns: 0 }));
/** The end of a sampling thread that the test plays. */
const thread = vi.hoisted(() => ({ plan: null as SamplingPlan | null, port: null as MessagePort | null, starts: 0 }));

vi.mock('../../src/host/clock.js', async (original) => ({
  ...(await original<object>()),
  // Nobody waits for long: each look at the clock finds half a second gone.
  wallNs: () => {
    clock.ns += 5e8;
    return clock.ns;
  },
}));
vi.mock('../../src/stacks/own-thread.js', () => ({
  startOwnThread: ({ data }: { data: { plan: SamplingPlan; port: MessagePort } }) => {
    Object.assign(thread, data, { starts: thread.starts + 1 });
    Atomics.store(data.plan.state, SAMPLING_STATE.phase, PHASE.connected);
    Atomics.store(data.plan.state, SAMPLING_STATE.begun, 1);
    return Object.assign(new EventEmitter(), { terminate: () => {} });
  },
}));

const opened: CpuStacks[] = [];

afterEach(() => {
  for (const stacks of opened.splice(0)) stacks.release();
  thread.port?.close();
});

function open(hz: number): CpuStacks {
  const stacks = openCpuStacks({ hz, file: null, isKernelCpu: false });
  opened.push(stacks);
  return stacks;
}

/** Answers what will be asked next. */
function answer(id: number, samples: number): void {
  const account = { hz: 100, samples, startPauseMs: null, warnings: [], missing: null };
  thread.port!.postMessage({ id, pprof: new Uint8Array([id]), account });
  Atomics.store(thread.plan!.state, SAMPLING_STATE.answered, id);
}

test('a sampling thread that does not answer is told of, until it answers', () => {
  const stacks = open(100);
  answer(1, 10);
  expect(stacks.read()).toMatchObject({ id: 1, account: { samples: 10, missing: null } });
  const missing = 'the sampling thread did not answer within 5 s';
  expect(stacks.read()).toMatchObject({ id: 1, account: { samples: 10, missing } });
  expect(stacks.account.missing).toBe(missing);
  answer(3, 30);
  expect(stacks.read()).toMatchObject({ id: 3, account: { samples: 30, missing: null } });
  opened.splice(0);
  expect(stacks.release()).toMatchObject({ account: { samples: 30, missing } });
});

test('a profiler that joins has the rate of the one that has started the sampling', () => {
  const starts = thread.starts;
  open(100);
  expect(open(20).account).toMatchObject({ hz: 100, missing: null });
  expect(thread.starts).toBe(starts + 1);
  const profiler = new StageProfiler({ stacks: ['cpu'], stacksHz: 20 });
  expect(profiler.report().sources).toMatchObject({ cpu_stacks: { method: "V8's CPU profiler at 100 Hz" } });
  profiler.close();
});
