// Programs whose thread is charged for a profiler, to compare what is added with what is told: by the report of the
// profiler, as read from its recorder, or by the recorder of a worker thread.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { nullProfiler, StageProfiler } from '../../dist/index.js';
import { loadBinding } from '../../dist/native/load-addon.js';
import { profileThreads } from '../../dist/profiler/thread-profiler.js';
import { FileBytes } from '../../dist/recorder/file-bytes.js';
import { readRecorder } from '../../dist/recorder/reader.js';
import { reportOf } from '../../dist/recorder/recorded-report.js';
import { threadRecorders } from '../../dist/recorder/thread-recorders.js';

/** Half of a second-level cache or more, so that stages meet cold caches as they do in real programs. */
const WORK_CELLS = 1 << 15;
const STEP = 8;

const TELLERS = { report: toldByReport, recorder: toldByRecorder, worker: toldByWorker };

/**
 * @param {{ program: 'handles' | 'nested callbacks' | 'promises', isProfiled: boolean, told: keyof typeof TELLERS }} options
 * @returns {{ run(operations: number): Promise<{ cpuNs: number, toldNs: number }> }} CPU of the thread, and what is told; 0
 * without a profiler
 */
export function open({ program, isProfiled, told }) {
  const tell = TELLERS[told];
  return { run: (operations) => tell({ program, isProfiled, operations }) };
}

async function toldByReport({ program, isProfiled, operations }) {
  const measured = new StageProfiler();
  const cpuNs = await cpuOf(program, isProfiled ? measured : nullProfiler, operations);
  return { cpuNs, toldNs: measured.report().overhead_s * 1e9 };
}

async function toldByRecorder({ program, isProfiled, operations }) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-'));
  const path = join(folder, 'a.recorder');
  const measured = new StageProfiler({ recorder: path });
  const cpuNs = await cpuOf(program, isProfiled ? measured : nullProfiler, operations);
  const toldNs = toldIn(path);
  measured.close();
  rmSync(folder, { recursive: true });
  return { cpuNs, toldNs };
}

async function toldByWorker({ program, isProfiled, operations }) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-'));
  if (isProfiled) profileThreads({ folders: [folder], name: '1-1', profiler: {} });
  const thread = new Worker(new URL('own-cost-thread.js', import.meta.url), { workerData: { program, operations } });
  const cpuNs = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
  const files = threadRecorders([folder]).get('1-1') ?? [];
  const toldNs = files.reduce((sum, file) => sum + toldIn(join(folder, file)), 0);
  await thread.terminate();
  rmSync(folder, { recursive: true });
  return { cpuNs, toldNs };
}

function toldIn(path) {
  return reportOf(readRecorder(new FileBytes(path))).overhead_s * 1e9;
}

/** Runs a program. @returns the CPU that this thread has used, in nanoseconds */
export async function cpuOf(program, profiler, operations) {
  const { binding, missing } = loadBinding();
  if (binding === null) throw new Error(missing);
  const input = inputOf(program, profiler);
  const before = binding.threadCpuRead();
  for (let i = 0; i < operations; i++) await input();
  return binding.threadCpuRead() - before;
}

function inputOf(program, profiler) {
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
  return inputs[program];
}
