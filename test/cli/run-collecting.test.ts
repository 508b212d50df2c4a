import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { stackRows } from '../support/stack-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../programs/stacks/collecting.js', import.meta.url));

// A collection puts the new address of an object where its map was. Whoever reads the object then takes that for a map.
test.runIf(process.arch === 'x64')(
  'no JS function is named in a collection, which moves functions and what they refer to',
  async () => {
    const out = join(temporaryFolder(), 'report.json');
    const flags = ['--expose-gc', '--single-threaded-gc', '--stress-compaction'];
    const args = ['run', '--stacks', 'native', '--stacks-bytes', '1024', '--out', out];
    const { exitCode } = await runCli([...args, '--', process.execPath, ...flags, PROGRAM]);
    expect(exitCode).toBe(0);
    const rows = await stackRows(out.replace(/\.json$/, '.stacks.pb.gz'));
    const collecting = rows.flatMap(({ names }) => {
      const at = names.findIndex((name) => /\bHeap::(CollectGarbage|PerformGarbageCollection)\b/.test(name));
      // What V8 calls before and after a collection runs while nothing moves.
      const isCallback = names.slice(at + 1).some((name) => /Callback|Epilogue|Prologue|Finalize/.test(name));
      return at === -1 || isCallback ? [] : [names.slice(0, at)];
    });
    expect(collecting.length).toBeGreaterThan(20);
    expect(collecting.filter((names) => names.includes('(JS)')).length).toBeGreaterThan(20);
    expect(collecting.filter((names) => names.includes('collectsInside') || names.includes('closure'))).toEqual([]);
    // Elsewhere they are named.
    expect(rows.some(({ names }) => names.includes('collectsInside'))).toBe(true);
  },
);
