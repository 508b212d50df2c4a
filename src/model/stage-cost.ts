/** What one stage costs the program, from calibration on this machine with these settings. */
export interface StageCost {
  /** Elapsed nanoseconds from before the stage is opened to after it is closed. */
  readonly fullNs: number;
  /** The part of that between its two clock readings, which is in its own `wall_s`. */
  readonly innerNs: number;
}
