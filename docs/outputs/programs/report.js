// Reads a list of orders, and writes what each customer has paid.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const folder = mkdtempSync(join(tmpdir(), 'orders-'));
const file = join(folder, 'orders.jsonl');
const order = (/** @type {number} */ id) => JSON.stringify({ id, customer: `customer ${id % 5000}`, amount: id % 97 });
writeFileSync(file, `${Array.from({ length: 200_000 }, (_, id) => order(id)).join('\n')}\n`);

const orders = profiler.stage('parse', () => {
  const lines = profiler.stage('read', () => readFileSync(file, 'utf8').trimEnd().split('\n'));
  return lines.map((line) => JSON.parse(line));
});
const sums = profiler.stage('sum', () => {
  const paid = new Map();
  for (const { customer, amount } of orders) paid.set(customer, (paid.get(customer) ?? 0) + amount);
  return paid;
});
profiler.stage('write', () => brotliCompressSync(JSON.stringify(Object.fromEntries(sums))));
rmSync(folder, { recursive: true });
