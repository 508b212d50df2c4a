// node test/platforms/run.js PLATFORM [--fetch] [--fetch-only] [line…]: fetches what the tests of a platform need, and runs
// them on the lines of Node. With --fetch Debian packages are installed too.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { arm64, LINES, musl, oldGlibc, ppc64le, root } from './platforms.js';

const [name, ...rest] = process.argv.slice(2);
const platform = { arm64, musl, 'old-glibc': oldGlibc, ppc64le }[name];
if (platform === undefined) {
  process.stderr.write('give a platform: arm64, musl, old-glibc or ppc64le\n');
  process.exit(2);
}
const named = rest.filter((word) => !word.startsWith('--'));
const { lines: available = LINES } = platform;
const lines = named.length > 0 ? named : available;
const unknown = lines.filter((line) => !available.includes(line));
if (unknown.length > 0) {
  process.stderr.write(`no Node ${unknown.join(', ')} for ${name}: give ${available.join(', ')}\n`);
  process.exit(2);
}
if (rest.some((word) => word.startsWith('--fetch')) || platform.missing() === null) platform.fetch(lines);
if (rest.includes('--fetch-only')) process.exit();
const missing = platform.missing();
if (missing !== null) {
  process.stderr.write(`${missing}\n`);
  process.exit(1);
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', `test/platforms/${name}.test.ts`], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, STAGEPROF_LINES: lines.join(' ') },
});
process.exitCode = status ?? 1;
