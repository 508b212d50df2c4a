import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { WorkerOutput } from '../../src/corpus/worker-output.js';

/** The lines that are handed on for these pieces, and the output itself. */
async function outputOf(...pieces: readonly (string | Buffer)[]) {
  const stream = new PassThrough();
  const lines: string[] = [];
  const output = new WorkerOutput(stream, (line) => lines.push(line));
  for (const piece of pieces) {
    stream.write(piece);
    await new Promise(setImmediate);
  }
  return { stream, lines, output };
}

test('hands on whole lines, whatever pieces they come in', async () => {
  const { lines } = await outputOf('one\ntw', 'o\n', '\nfour\n');
  expect(lines).toEqual(['one', 'two', '', 'four']);
});

test('joins a character that came in two pieces', async () => {
  const bytes = Buffer.from('größer €\n');
  for (let cut = 1; cut < bytes.length; cut++) {
    const { lines } = await outputOf(bytes.subarray(0, cut), bytes.subarray(cut));
    expect(lines).toEqual(['größer €']);
  }
});

test('hands on a line without an end when the stream ends, even with half a character', async () => {
  const { stream, lines } = await outputOf('one\ntwo', Buffer.from('€').subarray(0, 2));
  expect(lines).toEqual(['one']);
  stream.end();
  await new Promise(setImmediate);
  expect(lines).toEqual(['one', 'two\ufffd']);
});

test('does not keep a line without an end for ever', async () => {
  const { lines } = await outputOf(...Array.from({ length: 5 }, () => 'x'.repeat(20_000)));
  expect(lines.map((line) => line.length)).toEqual([80_000]);
});

test('keeps the end of the output, and marks where the rest is cut off', async () => {
  const { output, stream } = await outputOf('first\n', 'second\n');
  expect(output.tail).toBe('first\nsecond');
  stream.write(`${'x'.repeat(20_000)} last\n`);
  await new Promise(setImmediate);
  expect(output.tail).toMatch(/^…x+ last$/);
  expect(output.tail.length).toBeLessThan(17_000);
});

test('keeps nothing from before it was cleared', async () => {
  const { output, stream } = await outputOf('x'.repeat(20_000));
  output.clearTail();
  expect(output.tail).toBe('');
  stream.write('after\n');
  await new Promise(setImmediate);
  expect(output.tail).toBe('after');
});

test('a pipe that breaks loses what was in it, and no more', async () => {
  const { stream, output } = await outputOf('said\n');
  stream.destroy(new Error('broken'));
  await new Promise(setImmediate);
  expect(output.tail).toBe('said');
});

test('a process that could not be started has no output', () => {
  expect(new WorkerOutput(undefined, () => {}).tail).toBe('');
});
