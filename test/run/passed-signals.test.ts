import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listed } from '../../src/report/format.js';
import { PASSED_SIGNALS } from '../../src/run/passed-signals.js';

test('docs/run.md names the signals that are passed on', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/run.md'), 'utf8').replaceAll(/\s+/g, ' ');
  expect(page).toContain(`\`run\` passes on ${listed(PASSED_SIGNALS)},`);
});
