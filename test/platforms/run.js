// node test/platforms/run.js PLATFORM [--fetch] [line…]: fetches what the tests of a platform need, and runs them on the
// lines of Node.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { arm64, LINES, musl, oldGlibc, root } from './platforms.js';

const [name, ...rest] = process.argv.slice(2);
const platform = { arm64, musl, 'old-glibc': oldGlibc }[name];
const lines = rest.filter((word) => word !== '--fetch');
if (rest.includes('--fetch') || platform.missing() === null) platform.fetch(lines.length > 0 ? lines : LINES);
const missing = platform.missing();
if (missing !== null) {
  process.stderr.write(`${missing}\n`);
  process.exit(1);
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', `test/platforms/${name}.test.ts`], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, STAGEPROF_LINES: (lines.length > 0 ? lines : LINES).join(' ') },
});
process.exitCode = status ?? 1;
