import { readFileSync } from 'node:fs';
import { SetupError, systemReason } from '../model/setup-error.js';
import { withoutMark } from '../records/byte-order-mark.js';
import { isJob, runSacct, sacctCommand } from './sacct.js';
import { parseSacct, type SacctRows } from './sacct-rows.js';

/**
 * What sacct tells of a job.
 *
 * @param source the id of a job, or a file with a saved output of sacct
 * @throws {SetupError} where it cannot be read, or has nothing of a job
 */
export function readSacct(source: string): SacctRows {
  const parsed = parseSacct(isJob(source) ? runSacct(source) : readFile(source));
  if (parsed.state === 'unusable') {
    const job = isJob(source) ? source : 'JOB';
    throw new SetupError(`--sacct ${source}: the output of sacct ${parsed.reason}; save it with ${sacctCommand(job)}`);
  }
  const { rows, waiting, malformed } = parsed.output;
  if (rows.length > 0 || waiting.length > 0 || malformed.length > 0) return parsed.output;
  const why = isJob(source) ? 'sacct knows no such job on this cluster' : 'it has no row of a job';
  throw new SetupError(`--sacct ${source}: ${why}`);
}

function readFile(path: string): string {
  try {
    return withoutMark(readFileSync(path, 'utf8'));
  } catch (error) {
    const hint = (error as NodeJS.ErrnoException).code === 'ENOENT' ? ', and it is no job id such as 12 or 12_3' : '';
    throw new SetupError(`--sacct ${path}: cannot be read, ${systemReason(error)}${hint}`);
  }
}
