import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { KIB, PACKAGE, runModule } from '../support/workloads.js';

/** From 24 on, V8 has no function that goes through the strings outside of its heap. */
const IS_TOLD = Number.parseInt(process.versions.node, 10) < 24;

/** The composition at the end of a program that keeps what `make` returns, made in one stage. */
function compositionOf(make: string): NonNullable<Report['composition']> {
  const { code, stdout, stderr } = runModule(`
    import { StageProfiler } from ${JSON.stringify(PACKAGE)};
    const profiler = new StageProfiler();
    const bytes = Buffer.alloc(4 * 1024 * 1024, 'a');
    const kept = profiler.stage('make', () => { ${make} });
    console.log(JSON.stringify(profiler.report().composition));
    process.exitCode = kept?.length === 0 ? 1 : 0;
  `);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

test.each([
  ['one-byte strings', "return Array.from({ length: 8 }, () => bytes.toString('latin1'));", 32],
  ['two-byte strings', "return Array.from({ length: 8 }, () => bytes.toString('utf16le'));", 32],
  ['Buffers', "return Array.from({ length: 8 }, () => Buffer.alloc(4 * 1024 * 1024, 'b'));", 0],
  ['strings that were dropped and collected', "Array.from({ length: 8 }, () => bytes.toString('latin1'));", null],
])('%s', (_, make, mib) => {
  const { strings_kb: strings, native_kb: native } = compositionOf(make);
  if (!IS_TOLD) return expect(strings).toBeNull();
  // What no collection has met is still there.
  if (mib === null) return expect(strings).toBeLessThanOrEqual(32 * KIB);
  expect(strings).toBe(mib * KIB);
  // Without what is in the strings, little is left of what malloc has handed out.
  expect(native).toBeLessThan(16 * KIB);
});
