import { expect, test } from 'vitest';
import type { ThreadCpu, ThreadGroupCpu } from '../../src/model/thread-cpu.js';
import { TRACKER } from '../support/compiled-programs.js';
import { builtModule, KIB, PACKAGE, runModule } from '../support/workloads.js';

const SPIN_CPU = new URL('../programs/stacks/spin-cpu.js', import.meta.url).href;

interface Run {
  readonly threads: ThreadCpu;
  /** The CPU of the process by getrusage, read before and after the threads were read. */
  readonly cpuS: number;
  readonly cpuAfterS: number;
}

/** Runs `body` in a process of its own, whose threads are not those of a test runner. */
function run(body: string, env: NodeJS.ProcessEnv = {}): Run {
  const { code, stdout, stderr } = runModule(
    `
      import { once } from 'node:events';
      import { pbkdf2, pbkdf2Sync } from 'node:crypto';
      import { promisify } from 'node:util';
      import { Worker } from 'node:worker_threads';
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      import { spinCpu } from ${JSON.stringify(SPIN_CPU)};
      const derive = promisify(pbkdf2);
      const inWorker = (source) => new Worker(source, { eval: true, execArgv: [] });
      const profiler = new StageProfiler({ measure: ['cpu'], threads: true });
      const before = process.cpuUsage();
      ${body}
      const used = () => { const { user, system } = process.cpuUsage(before); return (user + system) / 1e6; };
      const cpuS = used();
      const threads = profiler.threads();
      console.log(JSON.stringify({ threads, cpuS, cpuAfterS: used() }));
      process.exit(0);
    `,
    env,
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Run;
}

function cpuOf({ threads }: Run, group: ThreadGroupCpu['group'], name?: string): number {
  const rows = threads.groups.filter((row) => row.group === group && (name === undefined || row.name === name));
  return rows.reduce((sum, { cpu_s }) => sum + cpu_s, 0);
}

function countOf({ threads }: Run, group: ThreadGroupCpu['group']): number {
  return threads.groups.reduce((sum, row) => (row.group === group ? sum + (row.threads ?? 0) : sum), 0);
}

/** The sum is right within 1 % and what the process uses between making the profiler and the first reading. */
function expectSum({ threads, cpuS, cpuAfterS }: Run): void {
  const sum = threads.groups.reduce((total, { cpu_s }) => total + cpu_s, 0);
  expect(sum).toBeGreaterThan(0.99 * cpuS - 0.01);
  expect(sum).toBeLessThan(1.01 * cpuAfterS + 0.01);
}

test("the work of libuv's pool is in a group of its own, whatever its number of threads", () => {
  for (const size of [1, 4, 7]) {
    const result = run('await Promise.all(Array.from({ length: 8 }, () => derive("a", "b", 60_000, 64, "sha512")));', {
      UV_THREADPOOL_SIZE: String(size),
    });
    expectSum(result);
    expect(countOf(result, 'libuv_pool')).toBe(size);
    expect(cpuOf(result, 'libuv_pool')).toBeGreaterThan(0.85 * result.cpuS);
  }
});

test('a pool that is busy when it is read is identified by the order in which its threads were made', () => {
  const result = run(`
    await derive('a', 'b', 1, 64, 'sha512');
    profiler.threads();
    for (let job = 0; job < 3; job++) derive('a', 'b', 500_000, 64, 'sha512');
    await new Promise((resolve) => setTimeout(resolve, 300));
  `);
  expectSum(result);
  expect(countOf(result, 'libuv_pool')).toBe(4);
  expect(cpuOf(result, 'libuv_pool')).toBeGreaterThan(0.5 * result.cpuS);
});

test('the work of this thread is told apart from that of workers with a profiler, even after they ended', () => {
  const worker = (loop: string) => `inWorker(\`
    const { parentPort } = require('node:worker_threads');
    Promise.all([import(${JSON.stringify(PACKAGE)}), import(${JSON.stringify(SPIN_CPU)})]).then(([{ StageProfiler }, { spinCpu }]) => {
      new StageProfiler();
      spinCpu(600);
      parentPort.postMessage('done');
      ${loop}
    });
  \`)`;
  const result = run(`
    spinCpu(300);
    const living = ${worker('setInterval(() => {}, 1_000);')};
    await once(living, 'message');
    const ended = ${worker('')};
    await once(ended, 'exit');
  `);
  expectSum(result);
  expect(countOf(result, 'this_thread')).toBe(1);
  expect(countOf(result, 'js_threads')).toBe(2);
  // Each of the two workers uses twice the CPU of this thread, and loads the package.
  const ratio = cpuOf(result, 'js_threads') / cpuOf(result, 'this_thread');
  expect(ratio).toBeGreaterThan(2.5);
  expect(ratio).toBeLessThan(8);
  expect(cpuOf(result, 'ended_threads')).toBeLessThan(0.05 * result.cpuS);
});

test('a worker lists itself as this thread, and the main thread as another JavaScript thread', () => {
  const { code, stdout, stderr } = runModule(`
    import { Worker } from 'node:worker_threads';
    import { StageProfiler } from ${JSON.stringify(PACKAGE)};
    const worker = new Worker(\`
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(PACKAGE)}).then(({ StageProfiler }) => {
        const profiler = new StageProfiler();
        profiler.stage('a', () => { for (let i = 0; i < 1e6; i++) Math.sqrt(i + performance.now()); });
        parentPort.postMessage([profiler.threads(), profiler.report().stages[0].thread_cpu_s]);
      });
    \`, { eval: true, execArgv: [] });
    worker.on('message', (message) => console.log(JSON.stringify(message)));
  `);
  expect([stderr, code]).toEqual(['', 0]);
  const [{ groups }, stageCpuS] = JSON.parse(stdout) as [ThreadCpu, number];
  expect(groups[0]).toMatchObject({ group: 'this_thread', threads: 1 });
  expect(groups[0]!.cpu_s).toBeGreaterThan(stageCpuS);
  expect(groups[0]!.cpu_s).toBeLessThan(1.1 * stageCpuS + 0.01);
  expect(groups[1]).toMatchObject({ group: 'js_threads', threads: 1 });
});

test('the work of parallel collections is in the group of V8 helpers', () => {
  const result = run(`
    const kept = [];
    const helpersS = () =>
      profiler.threads().groups.reduce((sum, { group, cpu_s }) => (group === 'v8_helpers' ? sum + cpu_s : sum), 0);
    // Where others want the CPUs, the main thread does much of the helpers' work itself.
    for (let round = 0; round < 60 || (round < 1000 && helpersS() <= 0.02); round++) {
      kept.push(Array.from({ length: 30_000 }, (_, n) => ({ n, text: [n] })));
      if (kept.length > 12) kept.shift();
    }
  `);
  expectSum(result);
  expect(countOf(result, 'v8_helpers')).toBe(5);
  expect(cpuOf(result, 'v8_helpers')).toBeGreaterThan(0.02);
  expect(cpuOf(result, 'v8_helpers') + cpuOf(result, 'this_thread')).toBeGreaterThan(0.95 * result.cpuS);
});

test('the threads of an addon are listed by the names it gave them', () => {
  const sharp = import.meta.resolve('sharp');
  const result = run(`
    const { default: sharp } = await import(${JSON.stringify(sharp)});
    sharp.concurrency(3);
    const create = { width: 3_000, height: 3_000, channels: 3, background: '#456' };
    for (let image = 0; image < 3; image++) await sharp({ create }).blur(9).jpeg().toBuffer();
  `);
  expectSum(result);
  const names = result.threads.groups.flatMap(({ name }) => (name === null ? [] : [name]));
  expect(names.length).toBeGreaterThan(0);
  expect(cpuOf(result, 'named_threads') + cpuOf(result, 'ended_threads')).toBeGreaterThan(0.2 * result.cpuS);
});

test('reading the threads allocates memory only for the threads there are', () => {
  const { code, stdout, stderr } = runModule(
    `
      import { loadBinding } from ${JSON.stringify(builtModule('./native/load-addon.js'))};
      import { openSampler } from ${JSON.stringify(builtModule('./native/open-sampler.js'))};
      import { slotIndex } from ${JSON.stringify(builtModule('./model/sample-layout.js'))};
      const measured = { cpu: false, rss: false, js: false, native: true, io: false, rssPeak: 'lifetime' };
      const sampler = openSampler(measured);
      const { binding } = loadBinding();
      const peak = [];
      for (let round = 0; round < 5; round++) {
        sampler.readEntry();
        const before = sampler.slots[slotIndex.native_live_bytes];
        binding.threadsRead();
        sampler.readExit();
        peak.push(sampler.slots[slotIndex.native_peak_bytes] - before);
      }
      console.log(JSON.stringify(Math.min(...peak)));
    `,
    { LD_PRELOAD: TRACKER },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // The tracker counts in batches of 32 KiB for each thread, and there are about ten threads.
  expect(JSON.parse(stdout)).toBeLessThan(256 * KIB);
});
