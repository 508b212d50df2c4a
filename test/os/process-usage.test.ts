import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { readProcessUsage } from '../../src/os/process-usage.js';

test('tells the resident memory, its peak and the CPU of a process', async () => {
  // Holds 200 MB for a moment and uses 0.3 s of CPU. Its name has the characters that separate the fields of /proc.
  const source = `
    process.title = 'a) b (c';
    let kept = Buffer.alloc(200e6, 1);
    kept = null;
    gc();
    while (process.cpuUsage().user + process.cpuUsage().system < 300e3);
    console.log(JSON.stringify(process.cpuUsage()));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--expose-gc', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  const usage = readProcessUsage(child.pid!)!;
  const { user, system } = JSON.parse(String(said));
  expect(Math.abs(usage.cpuS - (user + system) / 1e6)).toBeLessThan(0.1);
  expect(usage.peakRssKib).toBeGreaterThan(200e6 / 1024);
  expect(usage.rssKib).toBeLessThan(150e6 / 1024);
  expect(usage.rssKib).toBeGreaterThan(10_000);
  const oracle = Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]);
  expect(usage.peakRssKib).toBe(oracle);
});

test('a process that has ended has no usage', async () => {
  const child = spawn('true');
  await once(child, 'close');
  expect(readProcessUsage(child.pid!)).toBeNull();
});
