import { expect, test } from 'vitest';
import { comparisonView } from '../../src/compare/comparison-view.js';
import { renderCompareMarkdown } from '../../src/compare/markdown.js';
import { RESULT } from '../support/comparison-fixture.js';

test('Markdown has a table for each metric, with every label as it is', () => {
  const text = renderCompareMarkdown(comparisonView(RESULT, { sort: 'change', top: 2 }));
  expect(text).toContain('| extract | 100 s | 112 s | +12.0 s | +12.0% | +10.0% to +14.0% | up | 1,200 |');
  expect(text).toContain('| a\\\\x1b\\[31m\\|"=x | 50.0 s |');
  expect(text).not.toContain('classify');
});
