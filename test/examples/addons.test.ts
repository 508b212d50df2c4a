import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { runCli } from '../support/run-cli.js';

const PROGRAM = join(import.meta.dirname, '../../examples/addons.js');

test('each of three addons is named with what it allocates or maps, and the resident set is explained', async () => {
  const out = join(tmpdir(), `stageprof-addons-${process.pid}.json`);
  onTestFinished(() => rmSync(out, { force: true }));
  const { exitCode, stdout, lines } = await runCli(['run', '--out', out, '--', process.execPath, PROGRAM]);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^1000 bins, \d+ bytes packed\n$/)]);
  expect(lines.find((line) => line.startsWith('allocated by'))).toMatch(/libvips-cpp.*libduckdb/);

  const { stages, composition } = JSON.parse(readFileSync(out, 'utf8')) as Report;
  const rowOf = (label: string) => stages.find(({ stage }) => stage === label)!;
  const vips = Object.entries(rowOf('thumbnail').native_modules!).find(([name]) => name.includes('libvips-cpp'));
  expect(vips![1]).toBeGreaterThan(40_000);
  expect(rowOf('histogram').mapped_kb_delta).toBeGreaterThan(30_000);
  expect(rowOf('compress').mapped_kb_delta).toBeGreaterThan(500_000);
  expect(Object.keys(composition!.mapped_modules).join()).toMatch(/duckdb/);
  const { rss_kb, other_kb } = composition!;
  expect(Math.abs(other_kb!)).toBeLessThan(0.4 * rss_kb!);
});
