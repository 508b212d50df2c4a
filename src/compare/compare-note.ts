import { inline, percent } from '../text/format.js';

/** A line below the rows. */
export interface CompareNote {
  readonly key: string;
  readonly text: string;
  readonly isAlarm?: true;
}

export function percentText(confidence: number): string {
  return inline(percent(confidence)).replace('.0%', '%');
}
