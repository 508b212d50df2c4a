import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../../src/browser/page.css'), 'utf8');

/** The custom properties that a rule sets, by the text before its brace. */
function propertiesOf(selector: string): string[] {
  const from = css.indexOf(selector);
  expect(from, selector).toBeGreaterThanOrEqual(0);
  const block = css.slice(from, css.indexOf('}', from));
  return [...block.matchAll(/(--[a-z-]+):/g)].map(([, name]) => name!).sort();
}

const system = propertiesOf(':root:not([data-theme="light"]) {');

test('a dark page has the same colours, whether the system or the reader chose it', () => {
  expect(propertiesOf(':root[data-theme="dark"] {\n  --back')).toEqual(system);
  expect(system.length).toBeGreaterThan(8);
});

test('in print every colour that is dark on a dark page is light again', () => {
  expect(propertiesOf('@media print {')).toEqual(system);
});

test('every colour that is used is set', () => {
  const set = new Set([...propertiesOf(':root {'), '--share', '--depth', '--from', '--to', '--at']);
  const used = new Set([...css.matchAll(/var\((--[a-z-]+)/g)].map(([, name]) => name!));
  expect([...used].filter((name) => !set.has(name))).toEqual([]);
});
