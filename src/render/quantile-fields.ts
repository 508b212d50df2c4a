import { quantileSeconds } from '../model/histogram.js';
import type { StageRow } from '../model/report.js';

/** The fields that CSV and other formats have instead of the histogram of wall times. */
export const QUANTILE_FIELDS = [50, 95, 99].map((percent) => ({
  field: `wall_p${percent}_s`,
  secondsOf: ({ wall_hist }: StageRow) => quantileSeconds(wall_hist, percent / 100),
}));
