import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { ACCOUNT, ACCOUNT_LENGTH, SAMPLE_LENGTH, slotIndex } from '../../src/model/sample-layout.js';
import { plainSampleMemory } from '../../src/model/sampler.js';
import { compositionOf } from '../../src/native/account.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { NativeSampler } from '../../src/native/native-sampler.js';

const loaded = loadBinding();
if (loaded.binding === null) throw new Error(loaded.missing);

const OPTIONS = { cpu: true, rss: true, js: true, native: true, io: true, rssPeak: 'lifetime' } as const;
const sampler = NativeSampler.open(loaded, OPTIONS, plainSampleMemory())!;
afterAll(() => sampler.close());

interface Range {
  readonly path: string;
  readonly inode: number;
  readonly isExecutable: boolean;
  readonly rssBytes: number;
}

/** The same list of mappings, read by a parser that shares nothing with the addon's. */
function smaps(): Range[] {
  const blocks = readFileSync('/proc/self/smaps', 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return blocks.map((block) => {
    const [, access, , , inode, ...path] = block.slice(0, block.indexOf('\n')).split(/ +/);
    const rssBytes = Number(/^Rss: +(\d+)/m.exec(block)![1]) * 1024;
    return { path: path.join(' '), inode: Number(inode), isExecutable: access![2] === 'x', rssBytes };
  });
}

test('the code, the data of files and the stacks add up to what the list of mappings says', () => {
  sampler.readEntry();
  const { code, files: otherFiles, shared, stacks } = sampler.composition()!;
  const ranges = smaps();
  const sum = (isMeant: (range: Range) => boolean) =>
    ranges.filter(isMeant).reduce((bytes, { rssBytes }) => bytes + rssBytes, 0);
  const files = sum(({ inode, path }) => inode !== 0 || path === '[vdso]');
  const mainStack = sum(({ path }) => path === '[stack]');
  const all = code + otherFiles + shared;
  expect(all).toBeGreaterThan(0.98 * files);
  expect(all).toBeLessThan(1.02 * files);
  const isObject = new Set(ranges.filter(({ isExecutable }) => isExecutable).map(({ path }) => path));
  const objects = sum(({ path }) => isObject.has(path) && /^[/]|^\[vdso]/.test(path));
  expect(code).toBeGreaterThan(0.98 * objects);
  expect(code).toBeLessThan(1.02 * objects);
  expect(stacks).toBeGreaterThan(0.98 * mainStack);
  // The stacks of waiting threads come on top of that, with a few pages each.
  expect(stacks).toBeLessThan(1.02 * mainStack + 4 * 2 ** 20);
});

test('the parts exceed the resident set by little, which is memory that is not resident', () => {
  const kept = Buffer.alloc(32 << 20, 1);
  sampler.readEntry();
  // The previous test may have used up the time budget for the list of mappings.
  for (let left = 3000; left > 0; left--) {
    const composition = sampler.composition();
    if (composition === null) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      continue;
    }
    const { rss, jsHeap, buffers, code, ageNs } = composition;
    expect(rss).toBe(sampler.slots[slotIndex.rss_bytes]);
    expect(buffers).toBeGreaterThan(kept.length);
    expect(jsHeap + buffers + code).toBeLessThan(1.1 * rss);
    expect(ageNs).toBe(0);
    return;
  }
  throw new Error('the list of mappings was never gone through');
});

test('the age is that of the oldest part, and a part that was never read has none', () => {
  const cells = new Float64Array(ACCOUNT_LENGTH).fill(Number.NaN);
  const set = (name: (typeof ACCOUNT)[number], value: number) => {
    cells[ACCOUNT.indexOf(name)] = value;
  };
  expect(compositionOf(cells, []).ageNs).toBe(0);
  set('counted_at_ns', 10e9);
  set('allocator_at_ns', 9e9);
  expect(compositionOf(cells, []).ageNs).toBe(1e9);
  set('mappings_at_ns', 7e9);
  expect(compositionOf(cells, []).ageNs).toBe(3e9);
});

test('a sample of the same moment tells the pages of files and what is used of the heap', () => {
  const cells = new Float64Array(ACCOUNT_LENGTH).fill(Number.NaN);
  const sample = new Float64Array(SAMPLE_LENGTH);
  sample[slotIndex.file_bytes] = 4096;
  sample[slotIndex.js_used_bytes] = 8192;
  expect(compositionOf(cells, [], sample)).toMatchObject({ filePages: 4096, jsUsed: 8192 });
  expect(compositionOf(cells, [], null)).not.toHaveProperty('filePages');
});

test('mapped bytes are listed by the name of their module', () => {
  const cells = new Float64Array(ACCOUNT_LENGTH).fill(0);
  cells[ACCOUNT.length + 1] = 4096;
  expect(compositionOf(cells, ['node', 'duckdb.node', 'sharp.node']).mappedByModule).toEqual([['duckdb.node', 4096]]);
});
