import type { Comparison } from '../../src/compare/comparison.js';
import type { CompareResult } from '../../src/compare/result.js';

/** A label that acts on a terminal, ends a cell of Markdown, and begins a field of CSV. */
export const HOSTILE = 'a\u001b[31m|"=x';

/** Wall time of a label in 1,200 inputs. @param probability null if there is no interval */
export function comparison(stage: string, base: number, next: number, probability: number | null): Comparison {
  const change = (value: number, half: number) =>
    probability === null
      ? { value, low: null, high: null, probability }
      : { value, low: value - half, high: value + half, probability };
  return {
    stage,
    field: 'wall_s',
    statistic: 'total',
    state: 'both',
    base,
    new: next,
    inputs: { base: 1200, new: 1200 },
    unmeasured: { base: 0, new: 0 },
    highest: null,
    difference: change(next - base, 1),
    relative: change(next / base - 1, 0.02),
    whyNoInterval: probability === null ? '3 inputs: 5 are needed' : null,
  };
}

const oneSided = (stage: string, state: 'new' | 'gone'): Comparison => ({
  ...comparison(stage, 7, 7, null),
  state,
  [state === 'new' ? 'base' : 'new']: null,
  difference: null,
  relative: null,
  whyNoInterval: null,
});

/** Two files of 1,300 records. */
export const side = (name: string) => ({
  name,
  files: 2,
  records: 1300,
  failed: 3,
  unprofiled: 0,
  nameless: 0,
  processes: 1,
  load: null,
});

/** Six labels, of which one is only in base and one only in new. */
export const RESULT: CompareResult = {
  base: side('before'),
  new: side('aft\u001ber'),
  inputs: { both: 1200, onlyBase: 97, onlyNew: 0 },
  observation: 'input',
  confidence: 0.95,
  fields: ['wall_s', 'cpu_s'],
  comparisons: [
    comparison('extract', 100, 112, 1e-9),
    comparison('extract.small', 1, 0.5, 1e-9),
    comparison(HOSTILE, 50, 90, null),
    comparison('classify', 80, 81, 0.03),
    oneSided('old', 'gone'),
    oneSided('young', 'new'),
  ],
  violations: [],
  stacks: null,
};
