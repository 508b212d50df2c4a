import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../../programs/stacks/pictures.js', import.meta.url));
const RATE = 64 * 1024;
const hasHeaptrack = spawnSync('heaptrack', ['--version']).status === 0;

/** Bytes by the function that called the allocator; heaptrack separates frames by "; ". */
function byFunction(collapsed: string, nameOf: (frame: string) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const line of collapsed.trim().split('\n')) {
    const end = line.lastIndexOf(' ');
    const frames = line
      .slice(0, end)
      .split(';')
      .map((frame) => nameOf(frame.trim()));
    const name = frames.findLast((frame) => frame !== '' && frame !== 'operator new') ?? '';
    sums.set(name, (sums.get(name) ?? 0) + Number(line.slice(end + 1)));
  }
  return sums;
}

// heaptrack names no function of libvips that is not exported: those are told by their sum alone.
test.runIf(hasHeaptrack && process.arch === 'x64')(
  'heaptrack finds the same bytes at the same functions at the peak',
  async () => {
    const folder = temporaryFolder();
    const raw = join(folder, 'heaptrack');
    execFileSync('heaptrack', ['-o', raw, process.execPath, PROGRAM], { stdio: 'ignore' });
    const collapsed = join(folder, 'peak.txt');
    execFileSync('heaptrack_print', ['-F', collapsed, '--flamegraph-cost-type', 'peak', `${raw}.zst`], {
      stdio: 'ignore',
    });
    const theirs = byFunction(readFileSync(collapsed, 'utf8'), (frame) => frame.replace(/\(.*/, ''));

    const out = join(folder, 'report.json');
    const args = [
      'run',
      '--stacks',
      'native',
      '--stacks-bytes',
      `${RATE}`,
      '--out',
      out,
      '--',
      process.execPath,
      PROGRAM,
    ];
    await runCli(args, { cwd: folder });
    const { stdout } = await runCli(['flame', join(folder, 'report.stacks.pb.gz'), '--type', 'peak']);
    const ours = byFunction(stdout, (frame) => frame.replace(/ [^ ]+$/, '').replace(/\(.*/, ''));

    const sumOf = (sums: Map<string, number>) => [...sums.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(sumOf(ours) / sumOf(theirs)).toBeCloseTo(1, 1);
    const heaviest = [...theirs]
      .sort(([, a], [, b]) => b - a)
      .slice(0, 10)
      .filter(([name]) => ours.has(name));
    expect(heaviest.length).toBeGreaterThan(3);
    for (const [name, bytes] of heaviest) {
      const error = Math.sqrt(bytes * RATE);
      expect(Math.abs(ours.get(name)! - bytes), name).toBeLessThan(4 * error + 0.02 * bytes);
    }
  },
  180_000,
);
