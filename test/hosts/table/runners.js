// Test runners, mostly with fake clocks and timers, and loaders of TypeScript.
import { OPEN, withPackages } from './programs.js';

const FAKED = (install, advance, restore) => `${OPEN}
export async function faked() {
  ${install}
  const started = Date.now();
  const value = profiler.stage('a', () => 7);
  const waits = profiler.stage('waits', () => new Promise((resolve) => setTimeout(() => resolve(Date.now() - started), 60_000)));
  ${advance}
  const waited = await waits;
  profiler.report();
  profiler.stage('b', () => {});
  ${restore}
  return [value, waited];
}
`;
const FAKED_STAGES = { a: 1, waits: 1, b: 1 };
/** What a test runner prints only on a slow machine. */
const SLOW = / \(TIME\)|^A worker process has failed to exit gracefully.*\n/gm;
const times = (text) =>
  text
    .replace(/\d+(\.\d+)? ?m?s\b/g, 'TIME')
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    .replace(/(Time|Duration): .*/g, 'TIME')
    .replace(SLOW, '');

const TYPESCRIPT = `import { activeProfiler } from 'stageprof';
enum Kind { One = 1 }
interface Row { readonly kind: Kind }
const row: Row = { kind: Kind.One };
const profiler = activeProfiler();
profiler.stage('a', () => console.log('typed', row.kind));
if (process.argv[2] === 'throw') throw new Error('from line 7');
`;

export const RUNNERS = [
  withPackages(
    'vitest with fake timers',
    ['vitest@3'],
    {
      'faked.js': FAKED(
        'vi.useFakeTimers();',
        'await vi.advanceTimersByTimeAsync(60_000);',
        'vi.useRealTimers();',
      ).replace('import', "import { vi } from 'vitest';\nimport"),
      'faked.test.js': `import { expect, test } from 'vitest'; import { faked } from './faked.js'; test('faked', async () => expect(await faked()).toEqual([7, 60_000]));`,
      'vitest.config.js': `export default { test: { pool: 'forks' } };`,
    },
    ['node', '<modules>/vitest/vitest.mjs', 'run', '--reporter=verbose', '--no-color'],
    { mask: times, stages: FAKED_STAGES, stdout: 'faked', ignores: /\.vite|^tmp\/(?!stageprof)/ },
  ),
  withPackages(
    'vitest with threads',
    ['vitest@3'],
    {
      'a.test.js': `import { expect, test, vi } from 'vitest'; import { activeProfiler, StageProfiler } from 'stageprof';
test('own profiler', () => { vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'hrtime'] }); const own = new StageProfiler(); own.stage('x', () => {}); expect(own.report().stages[0].calls).toBe(1); own.close(); vi.useRealTimers(); activeProfiler().stage('a', () => {}); });`,
      'vitest.config.js': `export default { test: { pool: 'threads' } };`,
    },
    ['node', '<modules>/vitest/vitest.mjs', 'run', '--no-color'],
    { mask: times, mayTell: /^a$/, ignores: /\.vite|^tmp\/(?!stageprof)/ },
  ),
  withPackages(
    'jest with fake timers',
    ['jest@29'],
    {
      'package.json': '{ "type": "module" }',
      'faked.test.js': `import { jest } from '@jest/globals';\n${FAKED('jest.useFakeTimers();', 'jest.advanceTimersByTime(60_000);', 'jest.useRealTimers();').replace('export ', '')}
test('faked', async () => expect(await faked()).toEqual([7, 60_000]));
test('faked clocks', () => { jest.useFakeTimers({ now: 0 }); profiler.stage('c', () => {}); profiler.report(); jest.useRealTimers(); });`,
      'jest.config.js': 'export default { transform: {}, maxWorkers: 1 };',
    },
    [
      'node',
      '--experimental-vm-modules',
      '--no-warnings',
      '<modules>/jest/bin/jest.js',
      '--no-cache',
      '--runInBand',
      '--detectOpenHandles',
    ],
    {
      mask: times,
      stages: { ...FAKED_STAGES, c: 1 },
      mayLack: ['a', 'waits', 'b', 'c'],
      ignores: /^tmp\/(jest|node-compile|haste)/,
    },
  ),
  withPackages(
    'jest in processes of its own',
    ['jest@29'],
    {
      'a.test.js': `const { StageProfiler } = {}; test('a', () => expect(1).toBe(1)); test('b', () => { global.performance = undefined; expect(process.hrtime()).toHaveLength(2); });`,
      'b.test.js': `test('open handles', () => expect(process.listenerCount('exit')).toBeLessThan(20)); test('fails', () => expect(1).toBe(2));`,
      'jest.config.js': 'module.exports = { transform: {}, maxWorkers: 2 };',
    },
    ['node', '<modules>/jest/bin/jest.js', '--no-cache', '--verbose'],
    {
      exit: 1,
      mask: (text) => [...times(text).split('\n')].sort().join('\n'),
      ignores: /^tmp\/(jest|node-compile|haste)/,
    },
  ),
  withPackages(
    'mocha with sinon',
    ['mocha@11', 'sinon@19'],
    {
      'faked.test.mjs': `import sinon from 'sinon'; import assert from 'node:assert';\n${FAKED('const clock = sinon.useFakeTimers({ toFake: Object.keys(sinon.clock ?? {}).length ? [] : undefined });', 'await clock.tickAsync(60_000);', 'clock.restore();').replace('export ', '')}
describe('faked', () => { it('waits', async () => assert.deepEqual(await faked(), [7, 60_000]));
it('spies', () => { const spies = ['now'].map((name) => sinon.stub(performance, name).returns(0)); const fs = sinon.spy(process, 'hrtime'); profiler.stage('c', () => {}); profiler.report(); assert.equal(spies[0].callCount, 0); assert.equal(fs.callCount, 0); sinon.restore(); }); });`,
    },
    ['node', '<modules>/mocha/bin/mocha.js', '--check-leaks', 'faked.test.mjs'],
    { mask: times, stages: { ...FAKED_STAGES, c: 1 } },
  ),
  withPackages(
    '@sinonjs/fake-timers, for all that it can fake',
    ['@sinonjs/fake-timers@14'],
    {
      'main.mjs': `import FakeTimers from '@sinonjs/fake-timers';\n${FAKED('const clock = FakeTimers.install();', 'await clock.tickAsync(60_000);', 'clock.uninstall();').replace('export ', '')}\nconsole.log(await faked()); FakeTimers.install(); profiler.stage('b', () => {});`,
    },
    ['node', 'main.mjs'],
    { stages: { ...FAKED_STAGES, b: 2 }, stdout: '[ 7, 60000 ]', ways: ['run', 'register'] },
  ),
  withPackages('tsx as a loader', ['tsx@4'], { 'main.ts': TYPESCRIPT }, ['node', '--import', 'tsx', 'main.ts'], {
    stages: { a: 1 },
    stdout: 'typed 1',
    ignores: /^tmp\/tsx/,
    ways: ['run', 'register'],
  }),
  withPackages(
    'tsx as a loader, with an error',
    ['tsx@4'],
    { 'main.ts': TYPESCRIPT },
    ['node', '--import', 'tsx', 'main.ts', 'throw'],
    { exit: 1, stages: { a: 1 }, stdout: 'typed 1', ignores: /^tmp\/tsx/ },
  ),
  withPackages('npx tsx', ['tsx@4'], { 'main.ts': TYPESCRIPT }, ['npx', 'tsx', 'main.ts'], {
    stages: { a: 1 },
    stdout: 'typed 1',
    ignores: /^tmp\/(tsx|node-compile|v8-compile)/,
  }),
  withPackages(
    'npx tsx, ended by a signal',
    ['tsx@4'],
    {
      'main.ts': `${TYPESCRIPT}process.on('SIGTERM', () => profiler.stage('closes', () => { console.log('closed'); process.exit(5); })); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
    },
    ['npx', 'tsx', 'main.ts'],
    { exit: 5, stages: { a: 1, closes: [0, 0, 1] }, stdout: 'closed', ignores: /^tmp\/(tsx|node-compile|v8-compile)/ },
  ),
  withPackages(
    'ts-node',
    ['ts-node@10', 'typescript@5', '@types/node@20'],
    {
      'main.ts': `const row: { kind: number } = { kind: 1 }; import('stageprof').then(({ activeProfiler }) => activeProfiler().stage('a', () => console.log('typed', row.kind)));`,
      'tsconfig.json':
        '{ "compilerOptions": { "module": "node16", "moduleResolution": "node16", "target": "es2022", "strict": false, "skipLibCheck": true }, "ts-node": { "transpileOnly": true } }',
    },
    ['node', '<modules>/ts-node/dist/bin.js', 'main.ts'],
    { stages: { a: 1 }, stdout: 'typed 1', lines: [20, 22], ignores: /v8-compile-cache/ },
  ),
];
