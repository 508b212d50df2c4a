/**
 * One small program for each kind of finding, to see what the table says about it.
 *
 *   stageprof run -- node examples/findings.js fragmentation
 *
 * Without `stageprof run` the program makes a profiler of its own and prints the table.
 */
import { pbkdf2, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { createDeflateRaw } from 'node:zlib';
import { activeProfiler, renderTable, StageProfiler } from 'stageprof';

const WIDTH = 100;

const MIB = 1024 * 1024;

/** @type {unknown[]} What stays reachable until the end. */
const kept = [];

/** A compressor keeps 256 KiB of malloc, in pieces of 64 KiB, from its first use until it is closed. */
function openCompressors(/** @type {number} */ count) {
  return Array.from({ length: count }, () => {
    const compressor = createDeflateRaw({ chunkSize: 64 });
    compressor.reset();
    return compressor;
  });
}

function manyObjects(/** @type {number} */ count) {
  return Array.from({ length: count }, (_, id) => ({ id, name: `name ${id}` }));
}

/** What a worker thread does: it keeps what each message asks for. */
function keepObjects() {
  if (process.argv[2] !== 'hidden') activeProfiler();
  parentPort?.on('message', (count) => {
    kept.push(manyObjects(count));
    parentPort?.postMessage('kept');
  });
}

async function keepInWorker(/** @type {import('stageprof').Profiler} */ profiler, /** @type {Worker} */ worker) {
  for (let call = 0; call < 20; call++) {
    await profiler.stage('work', () => {
      worker.postMessage(5e4);
      return once(worker, 'message');
    });
  }
  process.exit();
}

/** @typedef {{ options?: import('stageprof').StageProfilerOptions, run: (profiler: import('stageprof').Profiler) => unknown }} Program */

/** @type {Readonly<Record<string, Program>>} */
const PROGRAMS = {
  fragmentation: {
    async run(profiler) {
      // Without the tracker, malloc's statistics are read within 1 % of the elapsed time, so some has to pass first.
      await sleep(2000);
      profiler.stage('load', () => {
        for (const [index, compressor] of openCompressors(2000).entries()) {
          // Every sixteenth stays open and keeps the memory around it from going back to the system.
          if (index % 16 === 0) kept.push(compressor);
          else compressor.close();
        }
      });
    },
  },
  'native-growth': {
    async run(profiler) {
      for (let call = 0; call < 10; call++) {
        await sleep(100);
        profiler.stage('compress', () => kept.push(openCompressors(40)));
      }
    },
  },
  'buffer-growth': {
    run(profiler) {
      for (let call = 0; call < 20; call++) profiler.stage('fetch', () => kept.push(Buffer.alloc(10 * MIB, 1)));
    },
  },
  'string-growth': {
    run(profiler) {
      const bytes = Buffer.alloc(10 * MIB, 'a');
      for (let call = 0; call < 10; call++) profiler.stage('decode', () => kept.push(bytes.toString('latin1')));
    },
  },
  'mapped-growth': {
    async run(profiler) {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc');
      const input = randomBytes(128 * MIB);
      // snappy brings mimalloc, which keeps free pages for some milliseconds. This makes it keep them forever.
      process.env.MIMALLOC_PURGE_DELAY = '-1';
      const { compressSync } = await import('snappy');
      await profiler.stage('pack', async () => {
        for (let turn = 0; turn < 4; turn++) {
          compressSync(input);
          collect();
          await sleep(1);
          collect();
        }
      });
    },
  },
  'worker-growth': {
    async run(profiler) {
      await keepInWorker(profiler, new Worker(new URL(import.meta.url)));
    },
  },
  'file-pages': {
    async run(profiler) {
      const { open } = await import('lmdb');
      const path = mkdtempSync(join(tmpdir(), 'stageprof-'));
      process.on('exit', () => rmSync(path, { recursive: true }));
      const filled = open({ path, encoding: 'binary' });
      const value = Buffer.alloc(10_000, 1);
      for (let key = 0; key < 20_000; key += 200) {
        for (let index = 0; index < 200; index++) filled.put(key + index, value);
        await filled.committed;
      }
      await filled.close();
      profiler.stage('scan', () => {
        const database = open({ path, encoding: 'binary', readOnly: true });
        kept.push(database);
        for (const { value } of database.getRange()) value?.at(0);
      });
      process.exit();
    },
  },
  'unexplained-growth': {
    async run(profiler) {
      // With an environment of its own, nothing shows the heap of the thread.
      const argv = ['hidden'];
      await keepInWorker(profiler, new Worker(new URL(import.meta.url), { argv, execArgv: [], env: {} }));
    },
  },
  'wasm-growth': {
    run(profiler) {
      for (let call = 0; call < 20; call++) {
        profiler.stage('request', () => {
          const memory = new /** @type {any} */ (globalThis).WebAssembly.Memory({
            initial: 160,
            maximum: 160,
            shared: true,
          });
          new Uint8Array(memory.buffer).fill(1);
          kept.push(memory);
        });
      }
    },
  },
  'transient-native': {
    async run(profiler) {
      for (let call = 0; call < 5; call++) {
        profiler.stage('compress', () => {
          for (const compressor of openCompressors(1000)) compressor.close();
        });
      }
    },
  },
  'js-growth': {
    options: { collect: 'outermost' },
    run(profiler) {
      for (let call = 0; call < 40; call++) {
        profiler.stage('parse', () => kept.push(manyObjects(5e4)));
      }
    },
  },
  uncollected: {
    run(profiler) {
      for (let call = 0; call < 10; call++) {
        profiler.stage('parse', () => kept.push(manyObjects(1e5)));
      }
    },
  },
  'gc-bound': {
    run(profiler) {
      profiler.stage('index', () => {
        /** @type {unknown[]} */
        const recent = [];
        // Objects that live for a while are copied by one collection after another. They are fields of a text, because
        // V8 learns which expressions make long-lived objects and then allocates those in the old generation at once.
        for (let id = 0; id < 1e6; id++) recent[id % 1e5] = `${id},16.4,0.03,nucleus,left,2026-11-23`.split(',');
      });
    },
  },
  waiting: {
    async run(profiler) {
      for (let call = 0; call < 5; call++) await profiler.stage('fetch', () => sleep(100));
    },
  },
  'off-thread': {
    async run(profiler) {
      const hash = promisify(pbkdf2);
      await profiler.stage('hash', () =>
        Promise.all([1, 2, 3, 4].map((n) => hash(`password ${n}`, 'salt', 200_000, 32, 'sha256'))),
      );
    },
  },
};

const program = PROGRAMS[process.argv[2] ?? ''];
if (!isMainThread) {
  keepObjects();
} else if (program === undefined) {
  console.error(`usage: node examples/findings.js ${Object.keys(PROGRAMS).join('|')}`);
  process.exitCode = 2;
} else {
  const active = activeProfiler();
  if (active.enabled) await program.run(active);
  else {
    const profiler = new StageProfiler(program.options);
    await program.run(profiler);
    profiler.close();
    console.log(renderTable(profiler.report(), { width: WIDTH }));
  }
}
