import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listeningPorts } from '../../src/os/listening-ports.js';
import { parseMappings, readProcessMappings } from '../../src/os/process-mappings.js';
import { readProcessStatus } from '../../src/os/process-status.js';
import { readProcessThreads } from '../../src/os/process-threads.js';

async function started(source: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${source}; console.log('ready')`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return child.pid!;
}

test('the mappings of a process add up to its resident set, and name what is mapped', async () => {
  const pid = await started('const kept = Buffer.alloc(100e6, 1); setInterval(() => kept, 1e6)');
  const mappings = readProcessMappings(pid);
  const sumKib = mappings.reduce((sum, { rssKib }) => sum + rssKib, 0);
  const oracle = Number(/^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))![1]);
  expect(Math.abs(sumKib - oracle)).toBeLessThan(0.02 * oracle);
  expect(mappings.some(({ name, access }) => name === process.execPath && access === 'r-xp')).toBe(true);
  expect(mappings.some(({ name, inode, rssKib }) => name === '' && inode === 0 && rssKib > 90_000)).toBe(true);
});

test('a mapping of a file that was removed has the path without the word of the kernel', () => {
  const text = [
    '7f0000000000-7f0000001000 rw-s 00000000 00:01 42                         /tmp/a file (deleted)',
    'Size:                  4 kB',
    'Rss:                   4 kB',
    'Swap:                  8 kB',
    '7f0000001000-7f0000002000 ---p 00000000 00:00 0 ',
    'Rss:                   0 kB',
  ].join('\n');
  expect(parseMappings(text)).toEqual([
    {
      start: 0x7f0000000000,
      end: 0x7f0000001000,
      access: 'rw-s',
      inode: 42,
      name: '/tmp/a file',
      rssKib: 4,
      swapKib: 8,
    },
    { start: 0x7f0000001000, end: 0x7f0000002000, access: '---p', inode: 0, name: '', rssKib: 0, swapKib: 0 },
  ]);
});

test('the status has the state, the user, memory and the signals that are caught', async () => {
  const pid = await started("process.on('SIGUSR2', () => {}); setInterval(() => {}, 1e6)");
  const status = readProcessStatus(pid)!;
  expect(status).toMatchObject({ user: process.getuid!(), tracer: 0, innerPid: pid });
  expect('RS').toContain(status.state);
  expect(status.anonymousKib! + status.filesKib! + status.sharedKib!).toBe(status.rssKib);
  // SIGUSR2 is 12, and SIGUSR1 is Node's own. Nobody catches SIGWINCH (28).
  expect([12, 10, 28].map((signal) => (status.caught >> BigInt(signal - 1)) & 1n)).toEqual([1n, 1n, 0n]);
  process.kill(pid, 'SIGSTOP');
  while (readProcessStatus(pid)!.state !== 'T') await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a process that has ended has no status and no threads', async () => {
  const child = spawn('true');
  await once(child, 'close');
  expect(readProcessStatus(child.pid!)).toBeNull();
  expect(readProcessThreads(child.pid!)).toEqual([]);
});

test('the threads of a process have their CPU by the kernel', async () => {
  const pid = await started(
    'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end); setInterval(() => {}, 1e6)',
  );
  const threads = readProcessThreads(pid);
  expect(threads.length).toBeGreaterThan(4);
  expect(threads.find(({ id }) => id === pid)!.cpuNs).toBeGreaterThan(0.25e9);
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const sumNs = threads.reduce((sum, { cpuNs }) => sum + cpuNs, 0);
  expect(Math.abs(sumNs / 1e7 - ticks)).toBeLessThan(6);
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::1', '0:0:0:0:0:0:0:1'],
  ['::', '::1'],
])('a port that is listened on at %s is found, and no other', async (address, host) => {
  const before = listeningPorts(process.pid);
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(0, address);
  const [failed] = await Promise.race([once(server, 'listening').then(() => [null]), once(server, 'error')]);
  // A machine may have no IPv6.
  if (failed !== null) return;
  const { port } = server.address() as { port: number };
  const known = new Set(before.map((one) => one.port));
  expect(listeningPorts(process.pid).filter((one) => !known.has(one.port))).toEqual([{ host, port }]);
});
