import { beforeAll, describe, expect, test } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { PACKAGE, runModule } from '../support/workloads.js';

const MIB_IN_KIB = 1024;
/** What the worker thread gives to the main thread: one Buffer is transferred, the other shared. */
const OUTLIVING_MIB = 28;

const PROGRAM = `
  import { Worker } from 'node:worker_threads';
  import { StageProfiler } from ${JSON.stringify(PACKAGE)};
  const MIB = 2 ** 20;
  const profiler = new StageProfiler();
  const kept = [];
  // The second collection frees what the finalizers of the first one released.
  const collect = async () => {
    for (let i = 0; i < 2; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
  };
  profiler.stage('shared', () => kept.push(new SharedArrayBuffer(40 * MIB)));
  const source = Buffer.alloc(24 * MIB);
  profiler.stage('blob', () => kept.push(new Blob([source]), source));
  const buffer = new ArrayBuffer(16 * MIB);
  const { port1, port2 } = new MessageChannel();
  kept.push(port2);
  await collect();
  profiler.stage('transferred', () => port1.postMessage(buffer, [buffer]));
  port1.unref();

  const worker = new Worker(\`
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(PACKAGE)}).then(({ StageProfiler }) => {
      const profiler = new StageProfiler();
      const kept = [];
      parentPort.on('message', () => {
        profiler.stage('work', () => {
          for (let i = 0; i < 40; i++) kept.push(Array.from({ length: 2 ** 17 }, (_, n) => n + 0.5));
          kept.push(new ArrayBuffer(12 * 2 ** 20));
          // What the arrays left behind as they grew.
          gc();
        });
        const given = [new ArrayBuffer(20 * 2 ** 20), new SharedArrayBuffer(8 * 2 ** 20)];
        parentPort.postMessage(given, [given[0]]);
      });
      profiler.stage('ready', () => {});
      parentPort.postMessage('ready');
    });
  \`, { eval: true, execArgv: [] });
  const told = () => new Promise((resolve) => worker.once('message', resolve));
  await told();
  let given;
  await profiler.stage('worker builds', async () => { worker.postMessage(''); given = await told(); });
  await profiler.stage('worker ends', () => worker.terminate());
  const bytes = given[0].byteLength + given[1].byteLength;
  await profiler.stage('what outlived it goes', async () => {
    given = undefined;
    await collect();
  });
  console.log(JSON.stringify({ ...profiler.report(), bytes }));
  process.exit();
`;

describe('columns of the process', () => {
  let report: Report;
  beforeAll(() => {
    const { stdout, stderr } = runModule(PROGRAM, {}, ['--expose-gc']);
    expect(stderr).toBe('');
    report = JSON.parse(stdout);
  });
  const mib = (stage: string, field: 'buffers_kb_delta' | 'external_kb_delta' | 'workers_kb_delta'): number => {
    const row = report.stages.find((each: StageRow) => each.stage === stage);
    // Without the sign of a zero.
    return Math.round(row![field]! / MIB_IN_KIB) + 0;
  };

  test('buffers has a SharedArrayBuffer, which V8 does not count', () => {
    expect(mib('shared', 'buffers_kb_delta')).toBe(40);
    expect(mib('shared', 'external_kb_delta')).toBe(0);
  });

  test('buffers has the copy that a Blob makes of a Buffer', () => {
    expect(mib('blob', 'buffers_kb_delta')).toBe(24);
    expect(mib('blob', 'external_kb_delta')).toBe(0);
  });

  test('buffers keeps what was transferred into a queue of messages, and external does not', () => {
    expect(mib('transferred', 'buffers_kb_delta')).toBe(0);
    expect(mib('transferred', 'external_kb_delta')).toBe(-16);
  });

  test('buffers has those of a worker thread, and workers has its heap', () => {
    expectWorkerBuffers(mib('worker builds', 'buffers_kb_delta') - OUTLIVING_MIB);
    // The 40 MiB that it keeps, less what a collection finds of its start.
    expect(mib('worker builds', 'workers_kb_delta')).toBeGreaterThan(30);
    expect(mib('worker builds', 'workers_kb_delta')).toBeLessThan(70);
    // Only what was transferred is V8's here, less the sources of modules that a collection finds.
    expect(mib('worker builds', 'external_kb_delta')).toBeLessThanOrEqual(20);
    expect(mib('worker builds', 'external_kb_delta')).toBeGreaterThanOrEqual(18);
  });

  test('both fall when the thread ends, but for Buffers that outlive it', () => {
    expectWorkerBuffers(-mib('worker ends', 'buffers_kb_delta'));
    expect(mib('worker ends', 'workers_kb_delta')).toBeLessThan(-30);
  });

  test('buffers has what outlived the thread until it is freed', () => {
    expect(report).toHaveProperty('bytes', OUTLIVING_MIB * 2 ** 20);
    expect(mib('what outlived it goes', 'buffers_kb_delta')).toBeLessThanOrEqual(-OUTLIVING_MIB);
    // The Buffer that the Blob was made of, if it is garbage by then.
    expect(mib('what outlived it goes', 'buffers_kb_delta')).toBeGreaterThanOrEqual(-OUTLIVING_MIB - 26);
  });
});

/** The 12 MiB that it keeps, give or take the sources of its modules: it has read them as Buffers, and they are garbage. */
function expectWorkerBuffers(mib: number): void {
  expect(Math.abs(mib - 12)).toBeLessThanOrEqual(2);
}
