import { describe, expect, test } from 'vitest';
import { readOomKills } from '../../src/os/oom-kills.js';
import { BufferBytes } from '../../src/recorder/file-bytes.js';
import { machineIdentity, type RecorderMetadata } from '../../src/recorder/metadata.js';
import { postmortemOf } from '../../src/recorder/postmortem.js';
import type { RecordedReading } from '../../src/recorder/read-readings.js';
import { type Recording, readRecorder } from '../../src/recorder/reader.js';
import { sampleRecorders } from './fuzz.js';

const [running] = sampleRecorders() as [Buffer];
const GIB = 2 ** 30;

/** A process that ran here and was killed, with these readings of the resident set, a tenth of a second apart. */
function killed(
  rssBytes: readonly number[],
  metadata: Partial<RecorderMetadata> = {},
  more: Partial<Recording> = {},
): Recording {
  const recording = readRecorder(new BufferBytes(Buffer.from(running)));
  const readings = rssBytes.map(
    (rss_bytes, index): RecordedReading => ({
      wall_ns: recording.metadata.start.wall_ns + 1e12 + index * 1e8,
      rss_bytes,
      rss_peak_bytes: Math.max(...rssBytes.slice(0, index + 1)),
      native_bytes: Number.NaN,
      thread_cpu_ns: index * 5e7,
      process_cpu_ns: index * 2e8,
      js_peak_bytes: Number.NaN,
      native_peak_bytes: Number.NaN,
    }),
  );
  return {
    ...recording,
    readings,
    metadata: {
      ...recording.metadata,
      identity: { ...recording.metadata.identity, start_ticks: 1 },
      cgroup: null,
      ...metadata,
    },
    ...more,
  };
}

const limit = (limit_bytes: number | null) => ({
  cgroup: { events: '/sys/fs/cgroup/none/memory.events', limit_bytes, oom_kills: 0 },
});

describe('what a process was killed by', () => {
  test('is not known without evidence', () => {
    expect(postmortemOf(killed([GIB])).killed_by).toEqual({ signal: null, likely: null, evidence: [] });
  });

  test.each([
    [0.95, null, 'out of memory'],
    [0.95, 'SIGKILL', 'out of memory'],
    [0.95, 'SIGSEGV', null],
    [0.5, 'SIGKILL', null],
  ] as const)('at %d of the limit, after %s: likely %s', (share, signal, likely) => {
    const { killed_by } = postmortemOf(killed([2 * GIB * share], limit(2 * GIB)), signal);
    expect(killed_by.likely).toBe(likely);
    expect(killed_by.evidence).toEqual([expect.stringContaining(`of a limit of 2097152 KiB (${share * 100}%)`)]);
  });

  test.each(['closed', 'ended'] as const)('is nothing where the recorder was %s', (state) => {
    const { killed_by } = postmortemOf(killed([2 * GIB], limit(2 * GIB), { state }));
    expect(killed_by).toEqual({ signal: null, likely: null, evidence: [] });
  });

  test('is not read from a file that a recorder should not name', () => {
    for (const path of [
      '/etc/passwd',
      '/dev/zero',
      '/sys/fs/cgroup/../../../tmp/memory.events',
      '/tmp/memory.events',
    ]) {
      expect(readOomKills(path)).toBeNull();
    }
  });
});

test('the trend of the resident set is that of the last seconds', () => {
  const rising = Array.from({ length: 200 }, (_, index) => GIB + (index < 150 ? 0 : (index - 150) * 1024 * 1024));
  const { last } = postmortemOf(killed(rising));
  expect(last.rss_kb_per_s).toBe(10 * 1024);
  expect(last.readings).toHaveLength(101);
  expect(last.readings[0]).toMatchObject({ before_s: 10, rss_kb: 1024 * 1024 });
  expect(last.readings.at(-1)).toEqual({
    before_s: 0,
    rss_kb: 1024 * 1024 + 49 * 1024,
    native_kb: null,
    thread_cpu: 0.5,
    process_cpu: 2,
  });
});

test('an open stage has the highest resident set read since its entry', () => {
  const { report } = postmortemOf(killed([GIB, 3 * GIB, 2 * GIB]));
  const inner = report.stages.find(({ stage }) => stage === 'outer.inner')!;
  expect(inner.rss_kb_peak_max).toBe(3 * 1024 * 1024);
  expect(inner.wall_s).toBeGreaterThan(999);
  expect(inner.thread_cpu_s).not.toBeNull();
});

describe('whether the process still runs', () => {
  test('cannot be told for a process from before the last boot', () => {
    const identity = { ...machineIdentity(), boot: 'another', start_ticks: 1 };
    expect(postmortemOf(killed([GIB], { identity })).process.running).toBeNull();
  });

  test('is denied where another process has its id by now', () => {
    expect(postmortemOf(killed([GIB], { pid: process.pid })).process.running).toBe(false);
  });
});
