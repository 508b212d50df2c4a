/**
 * One small program a reading: what the table says of it.
 *
 *   node examples/readings.js fragmentation
 */
import { pbkdf2 } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createDeflateRaw } from 'node:zlib';
import { renderTable, StageProfiler } from 'stageprof';

const WIDTH = 100;

/** @type {unknown[]} What is not let go of. */
const kept = [];

/** A compressor holds 256 KiB of malloc, in pieces of 64 KiB, from its first use until it is closed. */
function openCompressors(/** @type {number} */ count) {
  return Array.from({ length: count }, () => {
    const compressor = createDeflateRaw({ chunkSize: 64 });
    compressor.reset();
    return compressor;
  });
}

/** @typedef {{ options?: import('stageprof').StageProfilerOptions, run: (profiler: StageProfiler) => unknown }} Program */

/** @type {Readonly<Record<string, Program>>} */
const PROGRAMS = {
  fragmentation: {
    async run(profiler) {
      // Without the tracker malloc is asked within 1 % of the elapsed time: some has to pass first.
      await sleep(2000);
      profiler.stage('load', () => {
        for (const [index, compressor] of openCompressors(2000).entries()) {
          // Every sixteenth stays, and keeps what lies around it from going back to the system.
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
      for (let call = 0; call < 10; call++) {
        profiler.stage('parse', () => kept.push(Array.from({ length: 1e5 }, (_, id) => ({ id, name: `name ${id}` }))));
      }
    },
  },
  'gc-bound': {
    run(profiler) {
      profiler.stage('index', () => {
        /** @type {unknown[]} */
        const recent = [];
        // What lives for a while is copied by collection after collection.
        for (let id = 0; id < 3e6; id++) recent[id % 1e5] = { id, tags: [id] };
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
if (program === undefined) {
  console.error(`usage: node examples/readings.js ${Object.keys(PROGRAMS).join('|')}`);
  process.exitCode = 2;
} else {
  const profiler = new StageProfiler(program.options);
  await program.run(profiler);
  profiler.close();
  console.log(renderTable(profiler.report(), { width: WIDTH }));
}
