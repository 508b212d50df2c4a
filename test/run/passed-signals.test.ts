import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PASSED_SIGNALS } from '../../src/run/passed-signals.js';
import { listed } from '../../src/text/format.js';

test('docs/run.md names the signals that are passed on', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/run.md'), 'utf8').replaceAll(/\s+/g, ' ');
  expect(page).toContain(`\`run\` passes on ${listed(PASSED_SIGNALS)},`);
});
