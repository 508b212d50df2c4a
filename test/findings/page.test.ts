import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FINDING_KINDS, FINDING_RULES } from '../../src/findings/row-findings.js';
import { FINDING_THRESHOLDS } from '../../src/findings/thresholds.js';

const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

test('the page has the table of thresholds', () => {
  const rows = Object.entries(FINDING_THRESHOLDS).map(
    ([name, { value, unit, reason }]) => `| \`${name}\` | ${value}${unit === 'share' ? '' : ` ${unit}`} | ${reason} |`,
  );
  const [, table] = /\| threshold \| value \| why \|\n\| --- \| --- \| --- \|\n((?:\|.*\n)+)/.exec(page)!;
  expect(table!.trimEnd().split('\n')).toEqual(rows);
});

test('every kind has its section, in the order of the rules', () => {
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['Thresholds', ...FINDING_KINDS]);
});

test.each(FINDING_RULES.map(({ kind, condition }) => [kind, condition]))(
  '%s has its condition: %s',
  (kind, condition) => {
    const [, section] = new RegExp(`^## ${kind}\n(.*?)(?=^## |(?![^]))`, 'ms').exec(page)!;
    const blocks = [...section!.matchAll(/```\n(.*?)```/gs)].map(([, block]) => oneLine(block!));
    expect(blocks).toContain(condition);
  },
);

test('the kinds whose texts divide by the calls are named where the page says when they do', () => {
  const folder = new URL('../../src/findings/', import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const dividing = sources
    .filter((source) => source.includes('${perCall('))
    .flatMap((source) => [...source.matchAll(/kind: '([^']+)'/g)].map(([, kind]) => kind));
  const [, named] = /### Growth a call\n+The texts of (.*?) divide/s.exec(page)!;
  expect([...named!.matchAll(/`([^`]+)`/g)].map(([, kind]) => kind).sort()).toEqual(dividing.sort());
});

test('every threshold is in a condition or explained on the page', () => {
  for (const name of Object.keys(FINDING_THRESHOLDS)) {
    expect(page.split(new RegExp(`\\b${name}\\b`)).length, name).toBeGreaterThan(2);
  }
});
