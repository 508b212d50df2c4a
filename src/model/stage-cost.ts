/** What one stage costs the program on average, measured while it ran. */
export interface StageCost {
  /** Nanoseconds from before the stage is opened to after it is closed. */
  readonly fullNs: number;
  /** The part of that between its two clock readings, which is in its own `wall_s`. */
  readonly innerNs: number;
}
