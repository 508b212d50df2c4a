import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readLastMoments, readOpenStage, removeRecorder } from '../../src/corpus/last-moments.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { PACKAGE } from '../support/workloads.js';

/** The recorder of a process that is in stage `outer.inner`, after one call of `outer.before`. */
async function recorded() {
  const recorder = join(temporaryFolder(), 'a.recorder');
  const source = `
    import { StageProfiler } from '${PACKAGE}';
    const profiler = new StageProfiler({ recorder: ${JSON.stringify(recorder)} });
    profiler.stage('outer', () => {
      profiler.stage('before', () => {});
      return profiler.stage('inner', () => new Promise(() => setInterval(() => {}, 1000)));
    });
    setTimeout(() => console.log('open'), 300);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { recorder, child };
}

test('tells which stages are open and which are done, while the process runs and after it was killed', async () => {
  const { recorder, child } = await recorded();
  expect(readOpenStage(recorder)).toBe('outer.inner');
  const running = readLastMoments(recorder)!;
  child.kill('SIGKILL');
  await once(child, 'close');
  const killed = readLastMoments(recorder, 'SIGKILL')!;
  for (const { profile, open, last } of [running, killed]) {
    expect(open.map(({ stage }) => stage)).toEqual(['outer', 'outer.inner']);
    expect(profile).toMatchObject({ pid: child.pid, partial: true });
    expect(profile.stages.map(({ stage, calls, open: left }) => [stage, calls, left])).toEqual([
      ['outer', 0, 1],
      ['outer.before', 1, 0],
      ['outer.inner', 0, 1],
    ]);
    expect(Object.keys(last)).toEqual(['rss_kb', 'rss_kb_peak', 'native_kb', 'rss_kb_per_s']);
    expect(last.rss_kb).toBeGreaterThan(20_000);
    // Without the tracker nothing is counted.
    expect(last.native_kb).toBeNull();
  }
  expect(killed.killedBy).toMatchObject({ signal: 'SIGKILL', likely: null });
  removeRecorder(recorder);
  expect(existsSync(recorder)).toBe(false);
});

test.each([
  ['no recorder', () => null],
  ['one that is not there', () => join(temporaryFolder(), 'missing.recorder')],
  [
    'one that cannot be read',
    () => {
      const path = join(temporaryFolder(), 'a.recorder');
      writeFileSync(path, 'STAGEPROF and nothing else');
      return path;
    },
  ],
])('%s tells nothing, and is no error', (_, makePath) => {
  const path = makePath();
  expect(readLastMoments(path)).toBeNull();
  expect(readOpenStage(path)).toBeNull();
  expect(() => removeRecorder(path)).not.toThrow();
});
