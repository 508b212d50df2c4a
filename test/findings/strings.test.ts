import { describe, expect, test } from 'vitest';
import { COMPOSITION, contextOf, EXAMPLES, kinds, MIB, of, RUN } from '../support/finding-examples.js';

const GROWN = EXAMPLES['string-growth'];
const withStrings = (kib: number | null) => ({ ...RUN, composition: { ...COMPOSITION, strings_kb: kib } });

describe('strings outside the JS heap', () => {
  test('are told once, and neither as live native blocks nor as Buffers', () => {
    expect(of(GROWN, contextOf(GROWN)).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['string-growth', 150 * MIB],
    ]);
  });

  test('are told apart from the Buffers that node does not count', () => {
    const found = of({ ...GROWN, buffers_kb_delta: 0 }, withStrings(80 * MIB));
    expect(found.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['string-growth', 80 * MIB],
      ['buffer-growth', 70 * MIB],
    ]);
    expect(found[1]!.text).toMatch(/^\+70.0 MiB of Buffers in 10 calls;/);
  });

  test('are Buffers if the look at the strings has found none', () => {
    const [found] = of(GROWN, withStrings(0));
    expect(found?.kind).toBe('buffer-growth');
    expect(found?.text).not.toContain('strings');
  });

  test('may be Buffers where no look has told them', () => {
    expect(of(GROWN, withStrings(null))[0]?.text).toContain('Buffers or strings outside the JS heap');
  });

  test('are not told where most were dropped, unless forced collections have told what is kept', () => {
    const dropped = { ...GROWN, native_modules: { node: 1600 * MIB } };
    expect(kinds(dropped, withStrings(150 * MIB))).not.toContain('string-growth');
    expect(kinds({ ...dropped, js_kb_retained: 0 }, withStrings(150 * MIB))).toContain('string-growth');
  });
});
