/**
 * Work that node queues itself (fs, crypto, zlib) can be charged to stages only by estimate. It is known when a request
 * is made and when its callback runs, but not which thread ran it. How wrong are the estimates, for requests whose true
 * cost is known?
 *
 *   npm run build && node bench/pool/estimate.js
 */
import { pbkdf2 } from 'node:crypto';
import { loadBinding } from '../../dist/native/load-addon.js';
import { groupThreads } from '../../dist/threads/thread-groups.js';
import { machineFacts } from '../machine.js';

const ROUNDS = 20_000;
const { binding } = loadBinding();

const SCENARIOS = [
  { text: 'one request in flight, stage b costs 10 x', jobs: { a: 12, b: 12 }, rounds: { a: 1, b: 10 }, inFlight: 1 },
  { text: '4 in flight, both cost the same', jobs: { a: 24, b: 24 }, rounds: { a: 4, b: 4 }, inFlight: 4 },
  { text: '4 in flight, stage b costs 10 x', jobs: { a: 12, b: 12 }, rounds: { a: 1, b: 10 }, inFlight: 4 },
  { text: '24 queued at once, stage b costs 10 x', jobs: { a: 12, b: 12 }, rounds: { a: 1, b: 10 }, inFlight: 24 },
  { text: '22 at once, 20 of a, 2 of b that cost 50 x', jobs: { a: 20, b: 2 }, rounds: { a: 1, b: 50 }, inFlight: 22 },
];

for (const [heading, value] of machineFacts()) console.log(`${heading}: ${value}`);
console.log('');
console.log("Stage b's share of the pool's CPU; of repeated runs the median:");
console.log('');
console.log('| requests | truth | by count | by time in flight | pool clocks read at each callback |');
console.log('| --- | --- | --- | --- | --- |');
for (const scenario of SCENARIOS) {
  const runs = [];
  for (let run = 0; run < 5; run++) runs.push(await measure(scenario));
  const { jobs, rounds } = scenario;
  const truth = (jobs.b * rounds.b) / (jobs.a * rounds.a + jobs.b * rounds.b);
  const cells = ['count', 'time', 'clocks'].map((way) => `${percent(median(runs.map((run) => run[way])))}`);
  console.log(`| ${[scenario.text, percent(truth), ...cells].join(' | ')} |`);
}

async function measure({ jobs, rounds, inFlight }) {
  const queue = interleave(jobs);
  const poolNs = await poolClock();
  const charged = { count: { a: 0, b: 0 }, time: { a: 0, b: 0 }, clocks: { a: 0, b: 0 } };
  let last = poolNs();
  const next = async () => {
    for (let stage = queue.shift(); stage !== undefined; stage = queue.shift()) {
      const queuedAt = performance.now();
      await new Promise((resolve, reject) =>
        pbkdf2('a', 'b', rounds[stage] * ROUNDS, 64, 'sha512', (error) => (error ? reject(error) : resolve())),
      );
      const now = poolNs();
      charged.count[stage] += 1;
      charged.time[stage] += performance.now() - queuedAt;
      charged.clocks[stage] += now - last;
      last = now;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, next));
  return Object.fromEntries(Object.entries(charged).map(([way, { a, b }]) => [way, b / (a + b)]));
}

/** The sum of the clocks of the pool's threads, which are found by the profiler's own rules. */
async function poolClock() {
  await new Promise((resolve) => pbkdf2('a', 'b', 1, 64, 'sha512', resolve));
  const facts = { pid: process.pid, poolSize: 4, v8Workers: 4, hasInspectorThread: true, poolIds: new Set() };
  const { grouped } = groupThreads(binding.threadsRead().threads, facts);
  const ids = new Set(grouped.filter(({ group }) => group === 'libuv_pool').map(({ thread }) => thread.id));
  if (ids.size !== 4) throw new Error(`Expected 4 threads of the pool, found ${ids.size}: run it again`);
  return () => binding.threadClocksRead().threads.reduce((sum, { id, cpuNs }) => (ids.has(id) ? sum + cpuNs : sum), 0);
}

/** The requests of both stages, evenly mixed. */
function interleave(jobs) {
  const all = Object.entries(jobs).flatMap(([stage, count]) =>
    Array.from({ length: count }, (_, index) => ({ stage, at: (index + 0.5) / count })),
  );
  return all.sort((left, right) => left.at - right.at).map(({ stage }) => stage);
}

function median(values) {
  return values.sort((left, right) => left - right)[Math.floor(values.length / 2)];
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}
