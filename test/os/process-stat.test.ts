import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readLiveProcessStat, readProcessStat, TICKS_PER_S } from '../../src/os/process-stat.js';

test('the times of a process are in the unit of the system', () => {
  expect(Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))).toBe(TICKS_PER_S);
});

test('a name with spaces and parentheses does not move the fields', async () => {
  const name = ') R 1 (';
  const child = spawn('sh', ['-c', 'printf %s "$0" > /proc/$$/comm; echo; read -r _', name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe(`${name}\n`);
  const stat = readProcessStat(child.pid!)!;
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(stat).toMatchObject({ parentPid: process.pid });
  expect(stat.processGroup).toBe(readProcessStat('self')!.processGroup);
});

test('of a process that has not been waited for there is a state, but no live one', async () => {
  // The shell becomes the sleep, which does not wait for its child.
  const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(data.toString());
  while (readLiveProcessStat(pid) !== null) await new Promise((resolve) => setTimeout(resolve, 5));
  const stat = readProcessStat(pid);
  parent.kill('SIGKILL');
  expect(stat).toMatchObject({ state: 'Z', parentPid: parent.pid });
});

test('there is none where there is no such process', () => {
  expect(readProcessStat(2 ** 22 + 1)).toBeNull();
});
