import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../../src/browser/page.css'), 'utf8');

/** The custom properties that a rule sets with their values, by the text before its brace. */
function valuesOf(selector: string): Record<string, string> {
  const from = css.indexOf(selector);
  expect(from, selector).toBeGreaterThanOrEqual(0);
  const block = css.slice(from, css.indexOf('}', from));
  return Object.fromEntries([...block.matchAll(/(--[a-z-]+): ([^;]+);/g)].map(([, name, value]) => [name!, value!]));
}

const propertiesOf = (selector: string) => Object.keys(valuesOf(selector)).sort();

const SYSTEM = ':root:not([data-theme="light"]) {';
const system = propertiesOf(SYSTEM);

test('a dark page has the same colours, whether the system or the reader chose it', () => {
  expect(valuesOf(':root[data-theme="dark"] {\n  --back')).toEqual(valuesOf(SYSTEM));
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
