/** A finding as a report on disk has it. What ranks and words findings in a table is left out. */
export interface ReportedFinding {
  readonly stage: string;
  readonly kind: string;
  readonly text: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export const FINDING_MEANING: Readonly<Record<keyof ReportedFinding, string>> = {
  stage: 'The label of the row that it is about: a stage, `(outside any stage)` or `(program)`.',
  kind: 'What was found; docs/findings.md has the kinds and their conditions.',
  text: 'A sentence: how much it is, and what to do.',
  numbers: 'The numbers that it rests on: fields of the row, and what was computed from them.',
};
