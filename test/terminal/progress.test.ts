import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace, progressLines, type RunningView, runningText, type Tally } from '../../src/terminal/progress.js';
import { progressBar } from '../../src/terminal/progress-bar.js';

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

/** The lines that a terminal shows after this text, of which each line fits. */
function screenOf(text: string): string[] {
  const lines: string[] = [];
  for (const [, up, line] of text.replaceAll('\u001b', '~').matchAll(/~\[(\d+)A~\[1G~\[0J|([^~\n]*)\n/g)) {
    if (up === undefined) lines.push(line!);
    else lines.length -= Number(up);
  }
  return lines;
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

function running(input: string, forMs = 0): RunningView {
  return { input, stage: 'ocr.page', rssKib: 236_544, forMs };
}

test('Pace gives no estimate once an input takes longer than it', () => {
  const views: RunningView[] = [running('a', 2000)];
  const pace = new Pace(tally(12), () => views);
  vi.advanceTimersByTime(10_000);
  pace.tally.done = 10;
  expect(pace.left).toBe('2 s');
  views[0] = running('a', 2001);
  expect(pace.left).toBe('?');
});

test.each([
  [running('data/a.tif', 12_400), 'a.tif in ocr.page, 231 MiB, 12 s'],
  [{ ...running('a.tif'), stage: null }, 'a.tif, 231 MiB, 0 s'],
  [{ ...running('a.tif'), rssKib: null }, 'a.tif in ocr.page, 0 s'],
])('runningText: %o is %s', (view, text) => {
  expect(runningText(view)).toBe(text);
});

describe('progressLines', () => {
  test('prints one line in ten seconds, however many inputs end, with what runs in each process', () => {
    const printed = new Printed();
    let views: RunningView[] = [];
    const pace = new Pace(tally(1000), () => views);
    const progress = progressLines(pace, printed);
    for (let i = 0; i < 250; i++) {
      views = [running(`data/${i}\n.tif`), running('b.tif', 1000)];
      progress.update();
      vi.advanceTimersByTime(100);
      if (i % 10 === 0) pace.tally.failed++;
      else pace.tally.done++;
    }
    progress.stop();
    vi.advanceTimersByTime(60_000);
    const b = 'b.tif in ocr.page, 231 MiB, 1 s';
    expect(printed.lines).toEqual([
      `stageprof: 99 of 1000, 10 failed, 9.9/s, 92 s left; now 99\\n.tif in ocr.page, 231 MiB, 0 s; ${b}`,
      `stageprof: 199 of 1000, 20 failed, 10.0/s, 81 s left; now 199\\n.tif in ocr.page, 231 MiB, 0 s; ${b}`,
    ]);
  });
});

describe('progressBar', () => {
  test('shows what runs below the bar, without control characters, and lines above it', () => {
    const printed = new Printed();
    const views = [running('data/\u001b[2Jthird\n.tif'), running('b.tif')];
    const pace = new Pace(tally(4), () => views);
    const progress = progressBar(pace, printed as unknown as NodeJS.WriteStream);
    vi.advanceTimersByTime(1000);
    pace.tally.done = 1;
    pace.tally.failed = 1;
    progress.line('b: failed, no page');
    progress.output('from the \u001b[2Jpipeline');
    progress.update();
    vi.advanceTimersByTime(1000);
    progress.stop();
    progress.stop();
    expect(printed.text).toContain('stageprof: b: failed, no page\n');
    expect(printed.text).toContain('from the \\x1b[2Jpipeline\n');
    expect(printed.text).toContain('[============------------] 2/4 | 1 failed | 1.8/s | 2 s left');
    expect(printed.text).toContain('  \\x1b[2Jthird\\n.tif in ocr.page, 231 MiB, 0 s');
    expect(printed.text).toContain('  b.tif in ocr.page');
    expect(printed.text).toContain('0/4 | 0 failed | 0.0/s | ? left');
    expect(printed.text).not.toContain('\u001b[2J');
    expect(screenOf(printed.text)).toEqual(['stageprof: b: failed, no page', 'from the \\x1b[2Jpipeline']);
  });

  test('cuts lines to the terminal, which would else wrap them', () => {
    const printed = new Printed();
    const views = [running(`${'long'.repeat(40)}.tif`)];
    const progress = progressBar(new Pace(tally(4), () => views), printed as unknown as NodeJS.WriteStream);
    expect(screenOf(printed.text).map((line) => line.length)).toEqual([expect.any(Number), 119]);
    progress.stop();
    expect(screenOf(printed.text)).toEqual([]);
  });

  test('keeps to eight lines, however many run', () => {
    const printed = new Printed();
    const views = Array.from({ length: 20 }, (_, i) => running(`${i}.tif`));
    const progress = progressBar(new Pace(tally(40), () => views), printed as unknown as NodeJS.WriteStream);
    progress.update();
    vi.advanceTimersByTime(1000);
    progress.stop();
    expect(printed.text).toContain('6.tif');
    expect(printed.text).toContain('and 13 more');
    expect(printed.text).not.toContain('7.tif');
  });
});
