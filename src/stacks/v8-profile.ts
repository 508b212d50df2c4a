/** What the inspector hands over as a CPU profile: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/. */
export interface V8Profile {
  readonly nodes: readonly V8Node[];
  /** CLOCK_MONOTONIC in us, as `startTime`. */
  readonly endTime: number;
  readonly startTime: number;
  /** Ids of nodes. */
  readonly samples?: readonly number[];
  /** From one sample to the next, in us. Node 26 gives some that are negative. */
  readonly timeDeltas?: readonly number[];
}

export interface V8Node {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly scriptId: string;
    readonly url: string;
    /** From 0; -1 where there is none. */
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly children?: readonly number[];
  /** How many samples have met each line of the function while it was innermost. */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

export interface V8Sample {
  readonly timeUs: number;
  readonly node: number;
}

/** The samples of a profile in the order of their times. */
export function samplesOf({ startTime, samples = [], timeDeltas = [] }: V8Profile): V8Sample[] {
  let timeUs = startTime;
  const taken = samples.map((node, index) => {
    timeUs += timeDeltas[index] ?? 0;
    return { timeUs, node };
  });
  return taken.sort((a, b) => a.timeUs - b.timeUs);
}
