import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Project, root } from './project.js';

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'ES2022',
  // Neither the types of Node nor those of a browser.
  lib: ['ES2022'],
  types: [],
};

const PROGRAM = `
import { activeProfiler, capabilities, findingsOf, mergeReports, nullProfiler, renderTable, StageProfiler } from 'stageprof';
import type { Finding, Profiler, Report, StageProfilerOptions } from 'stageprof';
import { measureStages } from 'stageprof/devtools';
import { NullProfiler, nullProfiler as ownNullProfiler } from 'stageprof/null';
import type { Profiler as NullOrNot, Stage } from 'stageprof/null';
import 'stageprof/register';

const options: StageProfilerOptions = { measure: ['cpu', 'rss'] };
const profiler: Profiler = new StageProfiler(options);
const others: NullOrNot[] = [nullProfiler, ownNullProfiler, new NullProfiler(), activeProfiler(), profiler];
for (const other of others) {
  const stage: Stage = other.stage('a');
  stage.end();
  using handle = other.stage('b');
  const length: number = other.stage(handle.label, () => 'c'.length);
  const doubled: (value: number) => number = other.wrap('d', (value: number) => value * length);
  doubled(1);
}
const report: Report | undefined = profiler.report();
const findings: readonly Finding[] = report === undefined ? [] : findingsOf(mergeReports([report]));
const text: string = report === undefined ? '' : renderTable(report);
measureStages()();
export const all = [findings, text, capabilities().addon.available];
`;

/** The compiler of this repository, and the oldest that one of its tools brings. */
const COMPILERS = {
  '7': join(root, 'node_modules/typescript/bin/tsc'),
  '5.6': join(root, 'node_modules/@arethetypeswrong/core/node_modules/typescript/bin/tsc'),
};

let project: Project;
beforeAll(() => {
  project = new Project().unpack();
  project.write('program.ts', PROGRAM);
});
afterAll(() => project.remove());

function compile(compiler: string, options: object): string {
  project.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['program.ts'] }));
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', '.'], { cwd: project.folder, encoding: 'utf8' });
  return stdout;
}

test.each(
  Object.entries(COMPILERS).flatMap(([version, compiler]) => [
    [version, 'NodeNext', compiler] as const,
    [version, 'bundler', compiler] as const,
  ]),
)(
  'TypeScript %s, resolution %s: strict settings without skipLibCheck and @types/node find no error',
  (_, resolution, compiler) => {
    const module = resolution === 'bundler' ? 'ESNext' : resolution;
    expect(compile(compiler, { ...STRICT, module, moduleResolution: resolution })).toBe('');
  },
);

test('the same check finds what is wrong', () => {
  project.write('program.ts', `${PROGRAM}\nconst wrong: number = nullProfiler.enabled;\nexport { wrong };`);
  const printed = compile(COMPILERS['7'], { ...STRICT, module: 'NodeNext' });
  expect(printed).toContain("Type 'boolean' is not assignable to type 'number'");
  expect(printed.match(/error/g)).toHaveLength(1);
});

test('the bridge to OpenTelemetry needs no types of Node either', () => {
  project.copy('@opentelemetry/api');
  project.write(
    'program.ts',
    `import { traceStages } from 'stageprof/opentelemetry';\nexport const stop: () => void = traceStages();`,
  );
  // The types of OpenTelemetry use `console`.
  expect(compile(COMPILERS['7'], { ...STRICT, module: 'NodeNext', lib: ['ES2022', 'DOM'] })).toBe('');
});
