import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { MAIN, readRecords } from '../support/run-cli.js';
import { canMount, runOnSmallFileSystems } from '../support/small-file-systems.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const LABELS = 800;
const OWN = `stageprof-${process.getuid?.()}`;

const PIPELINE = `
  export default function manyLabels(input, { profiler }) {
    for (let i = 0; i < ${LABELS}; i++) profiler.stage('label' + i, () => {});
    if (input === 'killed') process.kill(process.pid, 'SIGKILL');
    if (input === 'killed') for (;;) {}
    return { input };
  }`;

interface MapOutcome {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly stdout: string;
  readonly records: Record<string, { error?: { signal?: string }; profile: Report }>;
  readonly left: string;
}

/** `map --profile` over four inputs, one of which ends its process, with these folders as small as given. */
function map(sizes: Readonly<Record<string, string>>, temporary: string): MapOutcome {
  const folder = temporaryFolder();
  const pipeline = join(folder, 'labels.mjs');
  const records = join(folder, 'records');
  writeFileSync(pipeline, PIPELINE);
  const command = [process.execPath, MAIN, 'map', '--profile', '--outdir', records, pipeline, 'a', 'b', 'killed', 'c'];
  const script = `"$@"; code=$?; find /dev/shm "$TMPDIR" -type f >"$LEFT"; exit $code`;
  const left = join(folder, 'left');
  const { status, stdout, stderr } = runOnSmallFileSystems(['sh', '-c', script, 'sh', ...command], {
    sizes,
    env: { STAGEPROF_DIR: '', XDG_RUNTIME_DIR: '', TMPDIR: temporary, LEFT: left },
  });
  const found = readFileSync(left, 'utf8');
  return {
    exitCode: status,
    stdout,
    stderr,
    left: found,
    records: readRecords(records) as unknown as MapOutcome['records'],
  };
}

describe.skipIf(!canMount)('map --profile where memory for recorders is full', () => {
  test.each(['16k', '64k', '256k', '1m'])('with %s of memory, map has all of every input, and one message', (size) => {
    const temporary = temporaryFolder();
    const { exitCode, stdout, stderr, records, left } = map({ '/dev/shm': size }, temporary);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/4 inputs: 3 done, 1 failed, in/);
    expect(Object.keys(records)).toHaveLength(4);
    for (const { profile } of Object.values(records)) expect(profile.stages).toHaveLength(LABELS);
    expect(records['killed.labels.jsonl']!.error).toMatchObject({ signal: 'SIGKILL' });
    const text = `recorders in another folder, no room in ${join('/dev/shm', OWN)}`;
    for (const { profile } of Object.values(records)) expect(profile.warnings).toContain(`${text}: 1`);
    expect(stdout.match(/another folder/g)).toHaveLength(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`${text}: 4`);
    expect(left).toBe('');
  });

  test.each(['16k', '256k'])(
    'with %s of memory and of TMPDIR, map names both once, and keeps the profiles of inputs that were done',
    (size) => {
      const temporary = temporaryFolder();
      const { exitCode, stdout, records, left } = map({ '/dev/shm': size, [temporary]: size }, temporary);
      expect(exitCode).toBe(1);
      for (const name of ['a', 'b', 'c']) {
        const { profile } = records[`${name}.labels.jsonl`]!;
        expect(profile.stages).toHaveLength(LABELS);
        const [warning, ...more] = profile.warnings.filter((text) => text.includes('recorder'));
        expect(more).toEqual([]);
        for (const folder of ['/dev/shm', temporary]) expect(warning).toContain(`(ENOSPC) in ${join(folder, OWN)}`);
      }
      expect(stdout.match(/\(ENOSPC\) in \/dev\/shm/g)).toHaveLength(1);
      expect(left).toBe('');
    },
  );

  test('with a full folder of records, map ends, and names the record with its folder', () => {
    const folder = temporaryFolder();
    const records = join(folder, 'records');
    const pipeline = join(folder, 'labels.mjs');
    mkdirSync(records);
    writeFileSync(pipeline, PIPELINE);
    const command = [process.execPath, MAIN, 'map', '--profile', '--outdir', records, pipeline, 'a', 'b'];
    const { status, stderr } = runOnSmallFileSystems(command, { sizes: { [records]: '64k' } });
    expect(status).toBe(1);
    expect(stderr).toContain(`${join(records, 'a.labels.jsonl')}: cannot be written, no space left on device (ENOSPC)`);
  });
});
