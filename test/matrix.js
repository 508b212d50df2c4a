// node test/matrix.js [--quick] [--results FOLDER] [line…]: runs the suite on other lines of Node, with one build of the addon.
// --quick: only what depends on the line. --results: vitest's results as FOLDER/LINE.json.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeOf, root } from './support/node-lines.js';

const LINES = ['22', '24', '26'];

/** A part of what touches V8, node's internals or the way node starts. What only reads files is the same on each line. */
const QUICK = [
  'test/accounting/',
  'test/attribution/',
  'test/host/',
  'test/native/',
  'test/preload/',
  'test/profiler/',
  'test/stacks/',
  'test/store/',
  'test/threads/',
  'test/devtools.test.ts',
  'test/register.test.ts',
  'test/tracker/node.test.ts',
  'test/tracker/stacks/js-functions.test.ts',
  'test/tracker/stacks/node.test.ts',
  'test/cli/run.test.ts',
  'test/cli/run-queued-work.test.ts',
];

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    results: { type: 'string' },
  },
  allowPositionals: true,
});

function run(command, args, env) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error) throw error;
  return status ?? 1;
}

function reportersFor(line) {
  if (values.results === undefined) return ['--reporter=dot'];
  return ['--reporter=dot', '--reporter=json', `--outputFile.json=${join(values.results, `${line}.json`)}`];
}

const failed = [];
for (const line of positionals.length > 0 ? positionals : LINES) {
  const node = nodeOf(line);
  process.stdout.write(`\n== Node ${line}: ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout}`);
  // The children that tests start by name must be of the same line.
  const env = { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` };
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const files = values.quick ? QUICK : [];
  if (run(node, [vitest, 'run', ...reportersFor(line), ...files], env) !== 0) failed.push(line);
}
if (failed.length > 0) {
  process.stderr.write(`failed on Node ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
