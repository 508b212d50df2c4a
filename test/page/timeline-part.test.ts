import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ACCOUNT, ACCOUNT_LENGTH } from '../../src/model/sample-layout.js';
import { type RecordedLife, timelinePart } from '../../src/page/timeline-part.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { BufferBytes } from '../../src/recorder/file-bytes.js';
import type { RecorderMetadata } from '../../src/recorder/metadata.js';
import { readRecorder } from '../../src/recorder/reader.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Waits until a recorder has so many readings more. One may be under way already, so one more tells nothing of a step. */
async function readings(path: string, more: number): Promise<void> {
  const count = () => readRecorder(new BufferBytes(readFileSync(path))).timeline.points.length;
  for (const end = count() + more; count() < end; ) await sleep(20);
}

/** A program with two stages, one in the other, that keeps Buffers of 40 MB. */
async function recorded(): Promise<Buffer> {
  const path = join(temporaryFolder(), 'a.recorder');
  const profiler = new StageProfiler({ recorder: { path, keep: true } });
  await readings(path, 2);
  const kept = await profiler.stage('load', async () => {
    await readings(path, 3);
    return profiler.stage('read', async () => {
      const buffers = Array.from({ length: 10 }, () => Buffer.alloc(4e6, 1));
      await readings(path, 4);
      return buffers;
    });
  });
  await readings(path, 2);
  const bytes = readFileSync(path);
  expect(kept).toHaveLength(10);
  profiler.close();
  return bytes;
}

describe('memory over time on a page', () => {
  test('is that of the process by holder, with the stages that were open', async () => {
    const recording = readRecorder(new BufferBytes(await recorded()));
    const part = timelinePart(recording, 'a')!;
    expect(part.t.length).toBeGreaterThan(8);
    expect(part.t).toEqual([...part.t].sort((a, b) => a - b));
    expect(part.startMs).toBeGreaterThan(Date.now() - 60_000);

    // The parts add up to the resident set at each point.
    part.rss.forEach((rss, at) => {
      const sum = part.holders.reduce((total, { kib }) => total + (kib[at] ?? 0), 0);
      expect(Math.abs(sum - rss!)).toBeLessThan(0.1 * rss!);
    });
    const buffers = part.holders.find(({ holder }) => holder === 'buffers_kb')!.kib as number[];
    expect(Math.max(...buffers) - buffers[0]!).toBeGreaterThan(38_000);

    const spans = Object.fromEntries(part.stages.map(({ stage, spans }) => [stage, spans]));
    expect(Object.keys(spans)).toEqual(['load', 'load.read']);
    const [load, read] = [spans.load!, spans['load.read']!];
    expect(load).toHaveLength(2);
    expect(read).toHaveLength(2);
    expect(load[0]).toBeLessThan(read[0]!);
    expect(load[0]).toBeGreaterThan(0);
    expect(read[1]).toBeLessThanOrEqual(load[1]!);
    expect(load[1]).toBeLessThan(part.t.length - 1);
    expect(part.note).toMatch(/^\d+ readings, ten a second/);
  });

  /** A point a second, each with a resident set of as many KiB; NaN for one that is damaged. */
  function lifeOf(rssKib: readonly number[]): RecordedLife {
    const points = rssKib.map((kib, second) => {
      const account = new Float64Array(ACCOUNT_LENGTH).fill(Number.NaN);
      account[ACCOUNT.indexOf('rss_bytes')] = kib * 1024;
      const unread = { processCpuNs: Number.NaN, filePagesBytes: Number.NaN, jsUsedBytes: Number.NaN };
      return { wallNs: (second + 1) * 1e9, ...unread, openCalls: 0, account, rows: [] };
    });
    return {
      timeline: { points, width: 1 },
      labels: [],
      metadata: { start: { wall_ns: 0, process_cpu_ns: null }, made_at_ms: 5000 } as unknown as RecorderMetadata,
      samples: { moment: null, account: null } as unknown as RecordedLife['samples'],
      calls: [],
    };
  }

  test('leaves out points that are damaged', () => {
    const part = timelinePart(lifeOf([10, Number.NaN, 30, 20]), 'a')!;
    expect(part).toMatchObject({ startMs: 6000, t: [0, 2, 3], rss: [10, 30, 20] });
  });

  test.each([
    ['a recorder without points', []],
    ['one with two', [10, 20]],
    ['one whose points are damaged', [10, Number.NaN, Number.NaN, 20, Number.NaN]],
  ])('is none of %s', (_, rssKib) => {
    expect(timelinePart(lifeOf(rssKib), 'a')).toBeNull();
  });
});
