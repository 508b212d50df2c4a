import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace, progressLines, type Tally } from '../../src/cli/progress.js';
import { progressBar } from '../../src/cli/progress-bar.js';

/** What a run prints. */
class Printed extends Writable {
  text = '';
  readonly isTTY = true;
  readonly columns = 120;
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

function tally(total: number): Tally {
  return { total, done: 0, failed: 0 };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Pace', () => {
  test.each([
    [10, 5000, '2.0/s', '45 s'],
    [10, 100_000, '6.0/min', '15.0 min'],
    [0, 5000, '0.0/s', '?'],
    [0, 0, '0.0/s', '?'],
  ])('with %i of 100 done after %i ms shows %s and %s left', (done, elapsedMs, rate, left) => {
    const pace = new Pace(tally(100));
    vi.advanceTimersByTime(elapsedMs);
    pace.tally.done = done;
    expect({ rate: pace.rate, left: pace.left }).toEqual({ rate, left });
  });
});

test('Pace gives no estimate once an input takes longer than it', () => {
  const pace = new Pace(tally(12));
  vi.advanceTimersByTime(10_000);
  pace.tally.done = 10;
  pace.begin();
  vi.advanceTimersByTime(2000);
  expect(pace.left).toBe('3 s');
  vi.advanceTimersByTime(1000);
  expect(pace.left).toBe('?');
  pace.tally.done = 11;
  pace.begin();
  expect(pace.left).toBe('2 s');
});

describe('progressLines', () => {
  test('says one line in ten seconds, however many inputs end', () => {
    const printed = new Printed();
    const pace = new Pace(tally(1000));
    const progress = progressLines(pace, printed);
    for (let i = 0; i < 250; i++) {
      progress.update(`data/${i}\n.tif`);
      vi.advanceTimersByTime(100);
      if (i % 10 === 0) pace.tally.failed++;
      else pace.tally.done++;
    }
    progress.stop();
    vi.advanceTimersByTime(60_000);
    expect(printed.lines).toEqual([
      'stageprof: 99 of 1000, 10 failed, 9.9/s, 92 s left, now 99\\n.tif',
      'stageprof: 199 of 1000, 20 failed, 10.0/s, 81 s left, now 199\\n.tif',
    ]);
  });
});

describe('progressBar', () => {
  test('shows the input without its control characters, and lines above the bar', () => {
    const printed = new Printed();
    const pace = new Pace(tally(4));
    const progress = progressBar(pace, printed);
    vi.advanceTimersByTime(1000);
    pace.tally.done = 1;
    pace.tally.failed = 1;
    progress.line('b: failed, no page');
    progress.update('data/\u001b[2Jthird\n.tif');
    vi.advanceTimersByTime(1000);
    progress.stop();
    progress.stop();
    expect(printed.text).toContain('stageprof: b: failed, no page\n');
    expect(printed.text).toContain('2/4 | 1 failed | 2.0/s | 1 s left | \\x1b[2Jthird\\n.tif');
    expect(printed.text).toContain('0/4 | 0 failed | 0.0/s | ? left');
    expect(printed.text).not.toContain('\u001b[2J');
  });
});
