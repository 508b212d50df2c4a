import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '../../dist');

const built = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.c?js$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(DIST, name), 'utf8') }));

test('only the reader and the writer load pprof-format, when they are called', () => {
  const naming = built.filter(({ text }) => /['"]pprof-format['"]/.test(text));
  expect(naming.map(({ name }) => name).sort()).toEqual(['stacks/pprof-reader.js', 'stacks/pprof-writer.js']);
  for (const { text } of naming) {
    expect(text.match(/.*['"]pprof-format['"].*/g)).toEqual(["    const format = await import('pprof-format');"]);
  }
});
