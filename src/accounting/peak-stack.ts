import { Float64Array, Number } from '../host/intrinsics.js';
import { copyWithRoom } from '../store/copy-with-room.js';

/**
 * Highest value since a moment, for any number of windows that nest or overlap.
 *
 * A window opens at a moment; each reading is the highest value since the reading before it. The state is a stack of
 * (moment, value) with falling values: a reading removes every entry whose value it reaches, since a window that covers
 * such an entry also covers the reading. The peak of a window is the first entry at or after its opening, found by
 * bisection. All windows share the stack: to close one truncates nothing, and the peak of a window is never below that
 * of a window inside it.
 *
 *   open a at 1, 50   [1:50]
 *   open b at 2, 20   [1:50 2:20]
 *   read at 2, 40     [1:50 2:40]      peak of b 40, peak of a 50
 *   read at 2, 70     [2:70]           peak of both 70
 */
export class PeakStack {
  private moments: Float64Array = new Float64Array(16);
  private values: Float64Array = new Float64Array(16);
  private size = 0;

  /** A window opens at `moment`, later than all before; `value` is the reading at its start. NaN is no reading. */
  open(moment: number, value: number): void {
    if (value !== value) return;
    if (this.size === this.moments.length) this.enlarge();
    // Nothing is called from here on: out of stack, entries would be removed and the new one not added.
    let size = this.size;
    while (size > 0 && this.values[size - 1]! <= value) size--;
    this.moments[size] = moment;
    this.values[size] = value;
    this.size = size + 1;
  }

  /**
   * A reading that opens no window. One below the last entry is the peak of no open window, and is left out. NaN is no
   * reading.
   */
  read(moment: number, value: number): void {
    if (value !== value) return;
    if (this.size === 0 || this.values[this.size - 1]! <= value) this.open(moment, value);
  }

  /** Highest value read since the window that opened at `moment`; NaN when there was none. */
  since(moment: number): number {
    const index = this.firstSince(moment);
    return index < this.size ? this.values[index]! : Number.NaN;
  }

  /** Removes the entries that only windows which opened after `moment` could ask for. Called when those have closed. */
  trim(moment: number): void {
    const needed = this.firstSince(moment) + 1;
    if (needed < this.size) this.size = needed;
  }

  /** Number of entries: at most one for each open window, where windows close in the reverse order of opening. */
  get length(): number {
    return this.size;
  }

  /** Keeps only the entries that a window opened at one of these moments can ask for. The moments rise. */
  compact(openMoments: Iterable<number>): void {
    let kept = 0;
    let index = 0;
    for (const moment of openMoments) {
      while (index < this.size && this.moments[index]! < moment) index++;
      if (index === this.size) break;
      if (kept > 0 && this.moments[kept - 1] === this.moments[index]) continue;
      this.moments[kept] = this.moments[index]!;
      this.values[kept] = this.values[index]!;
      kept++;
    }
    this.size = kept;
  }

  private enlarge(): void {
    const moments = copyWithRoom(this.moments, this.size * 2);
    const values = copyWithRoom(this.values, this.size * 2);
    this.moments = moments;
    this.values = values;
  }

  private firstSince(moment: number): number {
    // Most often the latest window is asked for, whose entry is the last.
    const last = this.size - 1;
    if (last <= 0 || this.moments[last - 1]! < moment) {
      return last >= 0 && this.moments[last]! >= moment ? last : this.size;
    }
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.moments[middle]! < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
