/** What both sides know of the file that a run of `map` leaves beside its records: `map` writes it, `reconcile` reads it. */
export const RUN_SCHEMA = 'stageprof-run/1';

/** Between two looks of `map` at the memory of its processes: what lies between them is not seen. */
export const LOOK_EVERY_S = 1;

/** Between two writings: of a run that is killed there is no more than the last. */
export const WRITTEN_EVERY_S = 5;

/** Beside records, whose names end in `.jsonl`. */
export function isRunFileName(name: string): boolean {
  return name.startsWith('run-') && name.endsWith('.json');
}
