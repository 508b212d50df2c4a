import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import flows from '../examples/flows/flows.js';
import { StageProfiler } from '../src/profiler.js';
import { packageDirectory } from './examples/installed.js';

// Debian's python3 has Debian's pandas; another python3 may come first on the path.
const python = ['/usr/bin/python3', 'python3'].find(
  (candidate) => spawnSync(candidate, ['-c', 'import pandas'], { stdio: 'ignore' }).status === 0,
);
if (python === undefined) console.warn('skipped: the analysis of docs/interpreting.md needs python3 with pandas');

let folder: string;
const callsOfExtract: number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interpreting-'));
  mkdirSync(join(folder, 'results'));
  for (const name of ['pend', 'commander']) {
    const profiler = new StageProfiler();
    const record = await flows(packageDirectory(name), { profiler });
    profiler.close();
    callsOfExtract.push(record.files);
    const line = JSON.stringify({ input: name, ...record, profile: profiler.report() });
    writeFileSync(join(folder, 'results', `${name}.jsonl`), `${line}\n`);
  }
  writeFileSync(join(folder, 'results', 'failed.jsonl'), '{"input":"x","error":{"kind":"exception","message":"no"}}\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(python === undefined)('the analysis with pandas runs on records as map writes them', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/interpreting.md'), 'utf8');
  const [, code] = /```python\n(.*?)```/s.exec(text)!;
  const printed = execFileSync(python!, ['-c', code!], { cwd: folder, encoding: 'utf8' });
  const [extract] = printed.split('\n').filter((line) => /^extract\s/.test(line));
  const [, inputs, calls] = extract!.trim().split(/\s+/);
  expect(Number(inputs)).toBe(2);
  expect(Number(calls)).toBe(callsOfExtract[0]! + callsOfExtract[1]!);
  expect(printed).toMatch(/extract\s+commander/);
});
