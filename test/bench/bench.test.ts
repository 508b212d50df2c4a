import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadQuestion, QUESTION_NAMES } from '../../bench/questions/index.js';
import { RUNNERS } from '../../bench/runners.js';
import { withResults } from '../../bench/written-results.js';

const folder = join(import.meta.dirname, '../../bench');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

test.each(QUESTION_NAMES)('the question %s can be asked, and is in the list', async (name) => {
  const { kind, contenders, baseline, budgets } = await loadQuestion(name);
  expect(Object.keys(RUNNERS)).toContain(kind);
  expect(existsSync(join(folder, 'kinds', `${kind}.js`))).toBe(true);
  const names = contenders.map((contender) => contender.name);
  expect(new Set(names).size).toBe(names.length);
  for (const contender of contenders) {
    expect(existsSync(join(folder, 'contenders', `${contender.module}.js`))).toBe(true);
    const against = contender.baseline ?? baseline;
    if (against !== undefined) expect(names).toContain(against);
  }
  for (const { contender } of budgets) expect(names).toContain(contender);
  expect(readme).toContain(`\n| \`${name}\` | `);
});

test('the results of one question replace its former ones and leave the others', () => {
  const page = (...parts: string[]) => [
    'before',
    '<!-- results: begin, written by npm run bench -- --write -->',
    '',
    ...parts,
    '<!-- results: end -->',
    'after',
  ];
  const before = page('facts', '', '### peers', '', 'old', '', '### pace', '', 'old', '').join('\n');
  const after = page(
    'facts',
    '',
    '### peers',
    '',
    'old',
    '',
    '### time-only',
    '',
    'new',
    '',
    '### pace',
    '',
    'new',
    '',
  );
  const answers = new Map([
    ['pace', '### pace\n\nnew\n'],
    ['time-only', '### time-only\n\nnew\n'],
  ]);
  expect(withResults(before, 'facts', answers).split('\n')).toEqual(after);
});

test('results of other facts, such as another node, replace all or none', () => {
  const page = `<!-- results: begin, written by npm run bench -- --write -->
old facts

### peers

old
<!-- results: end -->`;
  const pace: [string, string] = ['pace', '### pace\n\nnew'];
  expect(() => withResults(page, 'facts', new Map([pace]))).toThrow('of other facts than these');
  expect(withResults(page, 'facts', new Map([pace, ['peers', '### peers\n\nnew']]))).not.toContain('old');
});
