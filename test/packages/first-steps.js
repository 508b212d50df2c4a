// The first steps of the README and of the docs in a project that has the package from its tarball.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, root } from './project.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, readmeProgram] = /```js\n(.*?)```/s.exec(readme);
const readmeOutput = [...readmeProgram.matchAll(/^\/\/ (\w+(?:\.\w+)* \d+ \d+)$/gm)].map(([, line]) => line);

const APP = `import { activeProfiler } from 'stageprof';
await activeProfiler().stage('work', async () => [1]);\n`;
const PIPELINE = `export default async (input, { profiler }) => profiler.stage('work', () => ({ length: input.length }));\n`;

const TYPED_APP = APP.replace('[1]', '[1] as number[]');
const TYPED_PIPELINE = `import type { Profiler } from 'stageprof';
export default async (input: string, { profiler }: { profiler: Profiler }): Promise<object> =>
  profiler.stage('work', () => ({ length: input.length }));\n`;

/** Needs to be transformed: the types alone cannot be stripped. */
const ENUM = 'enum Kind { A }\nvoid Kind.A;\n';

const HAS_WORK = { native_memory_traced: true, stages: [{ stage: 'work', calls: 1 }] };

/**
 * @typedef {object} Setting
 * @property {import('./project.js').Project} project
 * @property {string[]} node how node is started in the project
 * @property {string[]} stageprof how the command is started
 */

/** @type {Record<string, (setting: Setting) => void>} Each throws if something is not as it should be. */
export const STEPS = {
  'the program of the README prints what stands there'({ project, node }) {
    assert.ok(readmeOutput.length > 2);
    project.write('readme.js', readmeProgram);
    assert.deepEqual(
      project
        .run(...node, 'readme.js')
        .trim()
        .split('\n'),
      readmeOutput,
    );
  },

  'the command has the version of the package'({ project, stageprof }) {
    assert.equal(project.run(...stageprof, '--version').trim(), manifest.version);
  },

  'run measures a program'({ project, node, stageprof }) {
    project.write('app.js', APP);
    runApp(project, stageprof, [...node, 'app.js']);
  },

  'map runs a pipeline, and summarize adds its records up'({ project, stageprof }) {
    project.write('pipeline.mjs', PIPELINE);
    mapPipeline(project, stageprof, ['pipeline.mjs']);
    const report = JSON.parse(project.run(...stageprof, 'summarize', '--format', 'json', 'pipeline.mjs-records'));
    assert.equal(report.records, 2);
    assert.equal(report.stages[0].calls, 2);
  },
};

/** With tsx installed in the project. @type {typeof STEPS} */
export const TSX_STEPS = {
  'run measures a program under tsx'({ project, node, stageprof }) {
    project.write('typed-app.ts', ENUM + TYPED_APP);
    runApp(project, stageprof, [...node, '--import', 'tsx', 'typed-app.ts']);
  },

  'map runs a pipeline under --import tsx'({ project, stageprof }) {
    project.write('typed.ts', ENUM + TYPED_PIPELINE);
    mapPipeline(project, stageprof, ['typed.ts', '--import', 'tsx']);
  },
};

/** On a Node that strips types. @type {typeof STEPS} */
export const STRIPPING_STEPS = {
  'run measures a program in TypeScript'({ project, node, stageprof }) {
    project.write('stripped-app.ts', TYPED_APP);
    runApp(project, stageprof, [...node, 'stripped-app.ts']);
  },

  'map runs a pipeline in TypeScript'({ project, stageprof }) {
    project.write('stripped.ts', TYPED_PIPELINE);
    mapPipeline(project, stageprof, ['stripped.ts']);
  },
};

function runApp(project, stageprof, command) {
  project.run(...stageprof, 'run', '--out', 'report.json', '--', ...command);
  matches(JSON.parse(readFileSync(join(project.folder, 'report.json'), 'utf8')), HAS_WORK);
}

function mapPipeline(project, stageprof, [pipeline, ...flags]) {
  const outdir = `${pipeline}-records`;
  project.run(...stageprof, 'map', pipeline, ...flags, '--profile', '--jobs', '2', '--outdir', outdir, 'a', 'b');
  for (const input of ['a', 'b']) {
    const name = `${input}.${pipeline.replace(/\.\w+$/, '')}.jsonl`;
    const record = JSON.parse(readFileSync(join(project.folder, outdir, name), 'utf8'));
    matches(record, { input, length: 1, profile: HAS_WORK });
  }
}

/** Whether a value has at least what is expected of it. */
function matches(value, expected, path = 'result') {
  if (typeof expected !== 'object' || expected === null) assert.equal(value, expected, path);
  else for (const [key, inner] of Object.entries(expected)) matches(value?.[key], inner, `${path}.${key}`);
}
