export interface Threshold {
  readonly value: number;
  /** `share` of 1, or the unit of the number it is compared with. */
  readonly unit: 's' | 'KiB' | 'share';
  readonly reason: string;
}

function threshold(value: number, unit: Threshold['unit'], reason: string): Threshold {
  return { value, unit, reason };
}

const MIB = 1024;

/**
 * What the numbers of a row have to reach before a finding says anything. docs/findings.md shows this table; a
 * test holds the page to it.
 */
export const FINDING_THRESHOLDS = {
  least_s: threshold(0.1, 's', 'Below a tenth of a second there is nothing to gain, whatever its share.'),
  least_share_of_run: threshold(
    0.05,
    'share',
    'Of the time any stage was open. Less does not decide how long the run takes.',
  ),
  waiting_share: threshold(0.5, 'share', 'Half of its own time without CPU: waiting is what it does most.'),
  preempted_s: threshold(
    0.1,
    's',
    'The period of a CPU quota. Who lost a CPU has one again within it; a longer wait for each such loss is for something else.',
  ),
  off_thread_share: threshold(
    0.5,
    'share',
    'Half of its CPU time is then missing from a CPU profile of this JS thread.',
  ),
  gc_share: threshold(0.1, 'share', 'At a tenth, half the allocation saves a twentieth of the stage.'),
  least_kb: threshold(
    64 * MIB,
    'KiB',
    'Pools, caches and arenas that fill up once stay below it: libvips caches up to 50 MiB, an arena of glibc is 64 MiB.',
  ),
  least_retained_kb: threshold(
    16 * MIB,
    'KiB',
    'After forced collections no garbage is left in the number: several times the heap of an empty program (3 to 5 MiB).',
  ),
  least_share_of_peak: threshold(
    0.05,
    'share',
    'Of the highest resident set of the stage. Less does not decide how much memory the job needs.',
  ),
  share_of_rss: threshold(
    0.25,
    'share',
    'Of the growth of the resident set that a finding explains: below a quarter, something else holds more.',
  ),
  transient_share_of_peak: threshold(
    0.25,
    'share',
    'Of the highest resident set of the stage: below a quarter, to lower it would not change what the job asks for.',
  ),
  kept_share: threshold(0.1, 'share', 'Of the native memory allocated: above a tenth it is growth as well.'),
  skipped_share: threshold(
    0.1,
    'share',
    'Of the readings of a sampled source. Calls whose readings were skipped are in one number of the row and not in the other.',
  ),
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdName = keyof typeof FINDING_THRESHOLDS;
