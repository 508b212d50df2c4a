import { basename, dirname, join } from 'node:path';

/** Of the files that a user sees. */
export const STACKS_SUFFIX = '.stacks.pb.gz';

/** Where the stacks of a report, or of the reports in a file, are written. */
export function stacksBeside(report: string): string {
  return join(dirname(report), `${basename(report).replace(/\.jsonl?$/, '')}${STACKS_SUFFIX}`);
}

/** The name of the file of a shard, in the folder of its records. */
export function shardStacksName(index: number): string {
  return `task-${index}${STACKS_SUFFIX}`;
}

const SHARD = /^task-\d+\.stacks\.pb\.gz$/;

export function isShardStacks(name: string): boolean {
  return SHARD.test(name);
}
