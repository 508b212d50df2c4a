import { expect, test } from 'vitest';
import { ALLOCATORS, isInstalled, runBoth } from '../support/compiled-programs.js';

const PROGRAMS: [string, string][] = [
  ['prints', 'console.log([1, 2, 3].map((n) => n * n).join())'],
  ['exits with a code', 'process.exitCode = 42'],
  ['throws', 'throw new Error("as it would")'],
  ['kills itself', 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e6)'],
  [
    'has workers that end and one that is terminated',
    `const { Worker } = require('worker_threads');
     const ends = [1, 2, 3].map((n) => new Promise((resolve) => {
       const source = n === 3 ? 'setTimeout(() => {}, 1e6)' : 'console.log(Buffer.alloc(1e6, ' + n + ')[5])';
       const worker = new Worker(source, { eval: true });
       if (n === 3) worker.on('online', () => worker.terminate());
       worker.on('exit', (code) => resolve(code));
     }));
     Promise.all(ends).then((codes) => console.log('ended', codes.length));`,
  ],
  [
    'has children that are not node',
    `const { execSync, spawnSync } = require('child_process');
     console.log(execSync('echo a | tr a b; exit 0').toString(), spawnSync('sh', ['-c', 'exit 9']).status);`,
  ],
  [
    'has a child that is node',
    `const { execFileSync } = require('child_process');
     console.log(execFileSync(process.execPath, ['-p', '6 * 7']).toString());`,
  ],
  [
    'compresses on the pool',
    `const zlib = require('zlib');
     const all = Array.from({ length: 8 }, (_, n) => new Promise((resolve, reject) =>
       zlib.gzip(Buffer.alloc(3e6, n), (error, data) => error ? reject(error) : resolve(zlib.gunzipSync(data).length))));
     Promise.all(all).then((sizes) => console.log(sizes.join()));`,
  ],
];

const CHAINS = [[], ...ALLOCATORS.map((name) => [name])].filter((chain) => chain.every(isInstalled));

test.each(
  CHAINS.flatMap((behind) => PROGRAMS.map(([what, source]) => [behind[0] ?? 'libc', what, behind, source] as const)),
)('Node with %s behind the tracker %s as it does without the tracker', (_name, _what, behind, source) => {
  const { plain, tracked } = runBoth([process.execPath, '-e', source], behind, { STAGEPROF_TRACK_MODULES: '1' });
  expect({ ...tracked, stdout: sorted(tracked.stdout) }).toEqual({ ...plain, stdout: sorted(plain.stdout) });
});

// The workers print in no fixed order.
function sorted(text: string): string[] {
  return text.split('\n').sort();
}
