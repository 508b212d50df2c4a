// node test/matrix.js [line…]: runs the suite on other lines of Node, with one build of the addon.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeOf, root } from './support/node-lines.js';

const LINES = ['22', '24', '26'];

function run(command, args, env) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error) throw error;
  return status ?? 1;
}

const failed = [];
for (const line of process.argv.length > 2 ? process.argv.slice(2) : LINES) {
  const node = nodeOf(line);
  process.stdout.write(`\n== Node ${line}: ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout}`);
  // The children that tests start by name must be of the same line.
  const env = { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` };
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  if (run(node, [vitest, 'run', '--reporter=dot'], env) !== 0) failed.push(line);
}
if (failed.length > 0) {
  process.stderr.write(`failed on Node ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
