import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PACKAGE } from '../support/workloads.js';

const PROGRAM = fileURLToPath(new URL('../programs/profiler/first-stage.mjs', import.meta.url));

/** From where V8 can compile no function to where the first stage runs as any other. */
const WORDS = Array.from({ length: 24 }, (_, index) => 5000 + 30 * index);

test('a first stage that finds the stack full does not keep later ones from being followed over an await', () => {
  const labels = WORDS.map((words) => {
    const printed = execFileSync(process.execPath, [PROGRAM, PACKAGE, String(words)], { encoding: 'utf8' });
    return (JSON.parse(printed) as string[]).filter((label) => label !== 'first');
  });
  expect(labels).toEqual(WORDS.map(() => ['outer', 'outer.inner']));
});
