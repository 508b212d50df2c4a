import { expect, test } from 'vitest';
import { RepeatedInputs } from '../../src/records/repeated-inputs.js';
import { chunkStates } from '../support/folded.js';
import { folds } from '../support/longest-input.js';

/** How many of the inputs of these lines have more than one good record. */
function repeatedOf(lines: readonly (string | Uint8Array)[], mostInputs?: number): number | null {
  const repeated = new RepeatedInputs(mostInputs);
  for (const { inputs } of chunkStates(folds, undefined, lines, 1000)) repeated.absorb(inputs);
  return repeated.count;
}

const lineOfInput = (input: unknown, members: object = {}) => JSON.stringify({ input, ...members });

test.each([
  ['none', ['"a"', '"b"', '"aa"', '"a\\n"', '"á"', '1'], 0],
  ['one of two', ['"a"', '"a"', '"b"'], 1],
  ['three records of one input count once', ['"a"', '"a"', '"a"'], 1],
  ['however it is written', ['"a/b"', '"\\u0061\\/b"'], 1],
  ['with escapes that it needs', ['"a\\n\\"b"', '"a\\u000A\\u0022b"'], 1],
  ['what is no text', ['7', '7', '["x"]', '["x"]', 'null', 'null'], 2],
  ['lengths that a tail of zeros would hide', ['"a\\u0000"', '"a"', '"abc"', '"abcd"', '"abcde"'], 0],
] as const)('inputs with several records: %s', (_, inputs, expected) => {
  expect(repeatedOf(inputs.map((input) => `{"input":${input}}`))).toBe(expected);
});

test('a record that failed, or names no input, is not one of several', () => {
  const failed = lineOfInput('a', { error: { kind: 'timeout' } });
  expect(repeatedOf([failed, failed, lineOfInput('a'), '{"x":1}', '{"x":1}'])).toBe(0);
});

test('each of many inputs is told from the others, and a hundred of them are found again', () => {
  const names = Array.from({ length: 40_000 }, (_, index) =>
    lineOfInput(`/data/volume-${index % 97}/scan-${index}.tif`),
  );
  expect(repeatedOf(names)).toBe(0);
  expect(repeatedOf([...names, ...names.slice(-100), ...names.slice(-100)])).toBe(100);
});

test('past so many inputs it is not known whether one has several', () => {
  const names = ['a', 'b', 'b', 'c'].map((name) => lineOfInput(name));
  expect(repeatedOf(names, 3)).toBe(1);
  expect(repeatedOf([...names, lineOfInput('d')], 3)).toBeNull();
});

test('an input longer than is worth parsing is compared as it is written', () => {
  const long = `\\n${'x'.repeat(200_000)}`;
  expect(repeatedOf([`{"input":"${long}"}`, `{"input":"${long}"}`, `{"input":"${long}y"}`])).toBe(1);
});
