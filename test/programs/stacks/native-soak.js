/**
 * Allocates until so many blocks were sampled, by many stacks in many stages, among queued work of node and worker threads that
 * come and go. Prints what the tables and the process have after each tenth. Arguments: samples, the addon of churn.c. To be run
 * with the tracker, at a rate of at most 16384 bytes.
 */
import { randomFill } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { deflate } from 'node:zlib';
import { StageProfiler } from '../../../dist/index.js';

const samples = Number(process.argv[2]);
const addon = { exports: {} };
process.dlopen(addon, process.argv[3]);
const { churn } = addon.exports;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const recorder = join(process.env.FOLDER ?? tmpdir(), `soak-${process.pid}.recorder`);
const profiler = new StageProfiler({ stacks: ['native'], recorder });

/** The numbers of the header behind the places of the areas, and the blocks of all sites: see native/tracker/stacks/stack_tables.h. */
function readTables() {
  const tables = readFileSync(`${recorder}.sites`);
  const counts = 28 + 12 * tables.readUInt32LE(24);
  const [sites, frames, stages, texts] = [0, 4, 8, 12].map((at) => tables.readUInt32LE(counts + at));
  const [first, siteBytes] = [28, 32].map((at) => tables.readUInt32LE(at));
  let blocks = 0;
  for (let site = 0; site < sites; site++) blocks += Number(tables.readBigUInt64LE(first + site * siteBytes));
  return { sites, frames, stages, texts, blocks, missed: tables.readUInt32LE(counts + 28) };
}

const fileBytes = () => [recorder, `${recorder}.sites`].reduce((sum, path) => sum + statSync(path).blocks * 512, 0);

/** Functions of their own names, each of which calls the next. */
const functions = Array.from({ length: 10 }, (_, index) =>
  new Function(
    'churn',
    'down',
    `return function f${index}(depth, count) {
    return depth > 0 ? down(depth - 1, count) : churn(count);
  }`,
  )(churn, (depth, count) => functions[(index * 7 + depth) % 10](depth, count)),
);

const OF_A_TURN = 2000;
const work = { deflate: promisify(deflate), randomFill: promisify(randomFill) };
const text = Buffer.alloc(20_000, 'stageprof ');

async function turn(number) {
  const made = 50;
  for (let at = 0; at < made; at++) {
    profiler.stage(`stage ${at % 10}`, () => functions[at % 10](at % 2, OF_A_TURN / made));
  }
  if (number % 10 === 0) await Promise.all([work.deflate(text), work.randomFill(Buffer.alloc(70_000))]);
  if (number % 500 === 0) {
    const source = 'for (let i = 0; i < 500; i++) Buffer.allocUnsafeSlow(5000 + i);';
    await once(new Worker(source, { eval: true }), 'exit');
  }
}

const tenths = [];
const turns = Math.ceil(samples / OF_A_TURN);
for (let number = 0, tenth = 1; number < turns; number++) {
  await turn(number);
  if (number + 1 < (turns * tenth) / 10) continue;
  tenth++;
  collect();
  await new Promise(setImmediate);
  tenths.push({
    rssMib: Math.round(process.memoryUsage.rss() / 2 ** 20),
    fileKib: fileBytes() / 1024,
    openFiles: readdirSync('/proc/self/fd').length,
    ...readTables(),
  });
}
profiler.close();
console.log(JSON.stringify({ samples: turns * OF_A_TURN, tenths }));
