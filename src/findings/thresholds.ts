export interface Threshold {
  readonly value: number;
  /** The unit of the number that is compared with the threshold; a share is between 0 and 1. */
  readonly unit: 's' | 'KiB' | 'share';
  readonly reason: string;
}

function threshold(value: number, unit: Threshold['unit'], reason: string): Threshold {
  return { value, unit, reason };
}

const MIB = 1024;

/** What the numbers of a row must reach. docs/findings.md has the same table, which a test compares. */
export const FINDING_THRESHOLDS = {
  least_s: threshold(0.1, 's', 'Below a tenth of a second there is nothing to gain, whatever its share.'),
  least_share_of_run: threshold(
    0.05,
    'share',
    'A share of the time in which any stage was open. Less does not decide how long the run takes.',
  ),
  waiting_share: threshold(0.5, 'share', 'Half of its own time without CPU: waiting is what the stage does most.'),
  preempted_s: threshold(
    0.1,
    's',
    'The period of a CPU quota. A thread that lost its CPU gets one again within this time; a longer wait for each loss has another cause.',
  ),
  off_thread_share: threshold(
    0.5,
    'share',
    'Half of its CPU time is then missing from a CPU profile of this JS thread.',
  ),
  gc_share: threshold(0.1, 'share', 'At a tenth, half the allocation saves a twentieth of the time of the stage.'),
  least_kb: threshold(
    64 * MIB,
    'KiB',
    'Pools, caches and arenas that fill up once stay below it: libvips caches up to 50 MiB, an arena of glibc is 64 MiB.',
  ),
  least_retained_kb: threshold(
    16 * MIB,
    'KiB',
    'After forced collections the number contains no garbage. This is several times the heap of an empty program (3 to 5 MiB).',
  ),
  least_share_of_peak: threshold(
    0.05,
    'share',
    'A share of the highest resident set of the stage. Less does not decide how much memory the job needs.',
  ),
  share_of_rss: threshold(
    0.25,
    'share',
    'A share of the growth of the resident set. A finding that explains less than a quarter leaves out what holds more.',
  ),
  left_share: threshold(
    0.34,
    'share',
    'A share of what node allocated. If less is left of the Buffers, most were dropped, and what is left may be garbage as well.',
  ),
  transient_share_of_peak: threshold(
    0.25,
    'share',
    'A share of the highest resident set of the stage. Lowering less than a quarter would not change how much memory the job asks for.',
  ),
  kept_share: threshold(
    0.1,
    'share',
    'A share of the native memory that was allocated. If more than a tenth is kept, it is growth.',
  ),
  skipped_share: threshold(
    0.1,
    'share',
    'A share of the readings of a sampled source. A call whose readings were skipped is in some numbers of the row and missing from others.',
  ),
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdName = keyof typeof FINDING_THRESHOLDS;
