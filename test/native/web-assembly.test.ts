import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { KIB, PACKAGE, runModule } from '../support/workloads.js';

const PAGES = 1024;
const GROWTH_KIB = PAGES * 64;

/** The report of a program that keeps what its one stage returns. A first report always has a composition. */
function reportOf(body: string): Report {
  const { code, stdout, stderr } = runModule(`
    import { StageProfiler } from ${JSON.stringify(PACKAGE)};
    const profiler = new StageProfiler();
    const kept = profiler.stage('a', () => { ${body} });
    console.log(JSON.stringify(profiler.report()));
    process.exitCode = kept === undefined ? 0 : kept.buffer.byteLength / ${GROWTH_KIB * KIB};
  `);
  expect(stderr).toBe('');
  expect(code).toBe(body === '' ? 0 : 1);
  return JSON.parse(stdout) as Report;
}

/** Up to Node 24, V8 counts WebAssembly memory that is not shared as external. */
const IS_TOLD = Number.parseInt(process.versions.node, 10) < 26;

describe.each([
  ['a memory of its own', false],
  ['a shared memory', true],
])('WebAssembly with %s', (_, shared) => {
  const before = reportOf('');
  const after = reportOf(`
    const memory = new WebAssembly.Memory({ initial: ${PAGES}, maximum: ${PAGES}, shared: ${shared} });
    new Uint8Array(memory.buffer).fill(1);
    return memory;
  `);
  const [row] = after.stages;
  const grown = (part: 'buffers_kb' | 'native_kb' | 'allocator_free_kb' | 'other_kb' | 'wasm_kb'): number =>
    after.composition![part]! - before.composition![part]!;

  test('has resident memory, which is external if it is not shared and V8 counts it', () => {
    // Some code of `fill` and some of the heap become resident as well.
    expect(Math.abs(row!.rss_kb_delta! - GROWTH_KIB)).toBeLessThan(2 * KIB);
    expect(Math.round(row!.external_kb_delta! / KIB)).toBe(shared || !IS_TOLD ? 0 : GROWTH_KIB / KIB);
  });

  test('has its memory in a part of the composition of its own, and in no other', () => {
    for (const part of ['buffers_kb', 'native_kb', 'allocator_free_kb', 'other_kb'] as const) {
      expect(Math.abs(grown(part)), part).toBeLessThan(8 * KIB);
    }
    expect(grown('wasm_kb')).toBe(GROWTH_KIB);
  });
});
