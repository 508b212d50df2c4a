import { collectNow } from '../accounting/forced-collection.js';
import { Number } from '../host/intrinsics.js';
import { kibOf } from '../model/quantities.js';
import type { Report } from '../model/report.js';

/**
 * What a process keeps from input to input, told by a forced collection after each: by then the record has been written,
 * and what the pipeline returned is garbage unless the pipeline itself keeps it. The record of an input is written before
 * its collection, so the growth of one is told in the record of the next.
 */
export class KeptBetweenInputs {
  /** After the last two collections, in bytes; NaN before. */
  #used = Number.NaN;
  #usedBefore = Number.NaN;

  collect(): void {
    this.#usedBefore = this.#used;
    this.#used = collectNow();
  }

  /** Adds the growth between the last two collections to the row of the program; null where there were not two. */
  addTo(report: Report): Report {
    if (report.program === null) return report;
    const js_kb_retained = kibOf(this.#used - this.#usedBefore);
    return { ...report, program: { ...report.program, js_kb_retained } };
  }
}
