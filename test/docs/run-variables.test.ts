import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { childEnvironment, type Tracking } from '../../src/preload/child-environment.js';
import type { RunVariable } from '../../src/preload/run-variable.js';

const text = readFileSync(new URL('../../docs/run.md', import.meta.url), 'utf8');

function environmentOf(tracking: Tracking): NodeJS.ProcessEnv {
  return childEnvironment({}, { tracker: '/lib/tracker.so', run: {} as RunVariable, ...tracking });
}

/** What docs/run.md says of a variable. */
function told(variable: string): string {
  return new RegExp(`^\\| \`${variable}\` \\| (.*) \\|$`, 'm').exec(text)?.[1] ?? '';
}

test('docs/run.md names each variable that a program gets', () => {
  const variables = Object.keys(environmentOf({ modules: true, stacks: 'none' }));
  expect(variables.length).toBeGreaterThan(4);
  expect(variables.filter((variable) => told(variable) === '')).toEqual([]);
});

test.each(['STAGEPROF_TRACK_MODULES', 'STAGEPROF_TRACK_LIVE', 'STAGEPROF_TRACK_STACKS'])(
  'docs/run.md has each value of %s',
  (variable) => {
    const values = [true, false].flatMap((modules) =>
      (['none', 'cpu', 'native'] as const).map((stacks) => environmentOf({ modules, stacks })[variable]!),
    );
    expect([...new Set(values)].filter((value) => !told(variable).includes(`\`${value}\``))).toEqual([]);
  },
);

test('docs/run.md says that modules are counted for stacks, also with --no-modules', () => {
  expect(environmentOf({ modules: false, stacks: 'none' }).STAGEPROF_TRACK_MODULES).toBe('0');
  for (const stacks of ['cpu', 'native'] as const) {
    expect(environmentOf({ modules: false, stacks })).toMatchObject({
      STAGEPROF_TRACK_MODULES: '1',
      STAGEPROF_TRACK_LIVE: '524288',
    });
  }
  expect(told('STAGEPROF_TRACK_MODULES')).toContain('`--no-modules` and without `--stacks`');
});
