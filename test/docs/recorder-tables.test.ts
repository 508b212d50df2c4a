import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withRecorderTables } from '../../src/docs/recorder-tables.js';
import { SAMPLE_LENGTH } from '../../src/model/sample-layout.js';
import type { Sources } from '../../src/model/sources.js';
import { geometry } from '../../src/recorder/format.js';
import { collectMetadata } from '../../src/recorder/metadata.js';

test('docs/recorder.md has the tables of the code', () => {
  const text = readFileSync(new URL('../../docs/recorder.md', import.meta.url), 'utf8');
  expect(text, 'npm run build && npm run docs').toBe(withRecorderTables(text));
});

test('docs/recorder.md says how many calls and which time a recorder has, of a worker thread too', () => {
  const text = readFileSync(new URL('../../docs/recorder.md', import.meta.url), 'utf8');
  const [main, worker] = [geometry(16, 0), geometry(16, 0, true)];
  // The first slot stands for being outside any stage.
  const calls = [main, worker].map(({ call_capacity: slots }) => (slots - 1).toLocaleString('en'));
  expect(text).toContain(`The first ${calls[0]} at a time are listed, of a worker thread the first ${calls[1]};`);
  const seconds = [main, worker].map(({ reading_capacity: readings }) => Math.floor(readings / 10));
  expect(text).toContain(`the readings of the last ${seconds[0]} s, of a worker thread of the last ${seconds[1]} s;`);
});

test('docs/recorder.md names each member of the metadata', () => {
  const text = readFileSync(new URL('../../docs/recorder.md', import.meta.url), 'utf8');
  const described = text.slice(text.indexOf('The metadata, one JSON object'), text.indexOf('A reading:'));
  const members = Object.keys(collectMetadata({} as Sources, new Float64Array(SAMPLE_LENGTH)));
  expect(members.filter((member) => !described.includes(`\`${member}\``))).toEqual([]);
});
