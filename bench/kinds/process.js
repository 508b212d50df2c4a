// Questions about whole programs: how much time, CPU and memory they need.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { median, pairedRatios, spreadOf } from '../statistics.js';

/** GNU time reports the child's own numbers, independent of what this process has used. */
const TIME = '/usr/bin/time';

export const headings = ['contender', 'elapsed', 'min to max', 'ratio', 'min to max', 'CPU', 'peak memory'];

/**
 * One trial runs the contender's program from its start to its end.
 *
 * @param {{ command: string[] }} contender
 * @returns {{ elapsedMs: number, cpuMs: number, peakKib: number }}
 */
export function measure({ command }) {
  if (!existsSync(TIME)) throw new Error(`${TIME} is missing: install GNU time (Debian: apt-get install time)`);
  const startedAt = process.hrtime.bigint();
  const { status, signal, stderr } = spawnSync(TIME, ['--quiet', '-f', '%U %S %M', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const elapsedMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${signal ?? status}\n${stderr}`);
  const [user, system, peakKib] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { elapsedMs, cpuMs: (user + system) * 1000, peakKib };
}

export function rowsOf({ contenders, baseline }, results) {
  return contenders.map((contender) => {
    const trials = results.get(contender.name);
    const against = contender.baseline ?? baseline;
    const elapsed = spreadOf(trials.map(({ elapsedMs }) => elapsedMs));
    const ratio = ratioOf(trials, results.get(against), 'elapsedMs');
    const isBaseline = contender.name === against;
    return [
      contender.name,
      seconds(elapsed.median),
      `${seconds(elapsed.min)} to ${seconds(elapsed.max)}`,
      isBaseline ? 'baseline' : ratio.median.toFixed(2),
      isBaseline ? '' : spreadText(ratio),
      seconds(median(trials.map(({ cpuMs }) => cpuMs))),
      mebibytes(median(trials.map(({ peakKib }) => peakKib))),
    ];
  });
}

/**
 * Compares `of` (`elapsedMs`, `cpuMs` or `peakKib`) with that of `against`, by the median of the ratios of each round.
 *
 * @returns {{ isMet: boolean, found: string }}
 */
export function judge({ contender, against, of, ratioAtMost, ratioAtLeast }, results) {
  const ratio = ratioOf(results.get(contender), results.get(against), of);
  return {
    isMet: ratio.median <= (ratioAtMost ?? Number.POSITIVE_INFINITY) && ratio.median >= (ratioAtLeast ?? 0),
    found: `${ratio.median.toFixed(2)} (${spreadText(ratio)})`,
  };
}

function ratioOf(trials, baseline, key) {
  return pairedRatios(
    trials.map((trial) => trial[key]),
    baseline.map((trial) => trial[key]),
  );
}

function spreadText({ min, max }) {
  return `${min.toFixed(2)} to ${max.toFixed(2)}`;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mebibytes(kib) {
  return `${Math.round(kib / 1024)} MiB`;
}
