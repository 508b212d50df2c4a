import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MS_PER_TICK, readProcessStat } from '../../src/os/process-stat.js';

test('the times of a process are in the unit of the system', () => {
  expect(Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))).toBe(1000 / MS_PER_TICK);
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

test('a process that has ended is not told, although its parent has not waited for it', async () => {
  // The shell becomes the sleep, which does not wait for its child. The shell would, so the child ends after that only.
  const child = 'until [ "$name" = sleep ]; do read -r name <"/proc/$PPID/comm"; done';
  const parent = spawn('sh', ['-c', 'sh -c "$CHILD" & echo $!; exec sleep 30'], {
    env: { ...process.env, CHILD: child },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(data.toString());
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  const stat = readProcessStat(pid);
  parent.kill('SIGKILL');
  expect(stat).toBeNull();
});

test('there is none where there is no such process', () => {
  expect(readProcessStat(2 ** 22 + 1)).toBeNull();
});
