import type { RecorderChoice } from '../model/options.js';
import { formatWarning } from '../model/warnings.js';
import type { RecorderMetadata } from '../recorder/metadata.js';
import { openRecorder } from '../recorder/open-recorder.js';
import type { Recorder } from '../recorder/recorder.js';
import { PlainMemory, type StateMemory } from '../store/state-memory.js';

/** The recorder of a profiler; or memory of this process, where none was asked for or none can be had. */
export class OptionalRecorder {
  /** Where the state of the profiler is kept. */
  readonly memory: StateMemory;
  private readonly recorder: Recorder | null = null;
  /** Why there is none, though one was asked for. */
  private readonly missing: string | null = null;

  /** @param maxRows most rows there will be */
  constructor(choice: RecorderChoice | null, maxRows: number) {
    if (choice !== null) {
      const opened = openRecorder(choice, maxRows);
      this.recorder = opened.recorder;
      if (opened.recorder === null) this.missing = opened.reason;
    }
    this.memory = this.recorder ?? new PlainMemory();
  }

  /**
   * Makes the file one that can be read, and starts its readings.
   *
   * @param metadata is asked for only where there is a recorder
   * @param mask bits of the sampler of this thread
   * @param onLost is called once, where the recorder is given up while the program runs
   */
  begin(metadata: () => RecorderMetadata, mask: number, onLost: (() => void) | null): void {
    if (this.recorder === null) return;
    this.recorder.begin(metadata(), mask);
    this.recorder.onLost = onLost;
  }

  /** Where the file is now; null without one. */
  get path(): string | null {
    return this.recorder?.path ?? null;
  }

  warnings(): readonly string[] {
    if (this.missing !== null) return [formatWarning(`no recorder, ${this.missing}`, 1)];
    return this.recorder === null ? [] : this.recorder.warnings();
  }

  close(): void {
    this.recorder?.close();
  }
}
