import { UsageError } from '../model/usage-error.js';
import { readCommand } from '../os/process-command.js';
import { readProcessStat } from '../os/process-stat.js';
import { namesIn, textIn } from '../os/read-if-possible.js';
import { baseName } from '../text/base-name.js';
import { isNode } from './target.js';

/** How many processes a message names. */
const MOST_NAMED = 10;

/**
 * The node process of that name: of its command, of its script with or without its ending, or of a title that it gave itself.
 *
 * @throws {UsageError} where there is none, or more than one
 */
export function pidOf(name: string): number {
  const own = new Set(ownPids());
  const found = namesIn('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && !own.has(pid) && hasName(pid, name) && isNode(pid) === true);
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new UsageError(`--pid-of ${name}: there is no node process of that name that you may look into`);
  const named = found.slice(0, MOST_NAMED).map((pid) => `${pid} (${readCommand(pid) ?? '?'})`);
  const more = found.length > MOST_NAMED ? ' and more' : '';
  throw new UsageError(
    `--pid-of ${name}: there are ${found.length} node processes of that name, give one of ${named.join(', ')}${more}`,
  );
}

/** This command and what has started it. */
function ownPids(): number[] {
  const pids: number[] = [];
  for (let pid = process.pid; pid > 1 && pids.length < 64; pid = readProcessStat(pid)?.parentPid ?? 0) pids.push(pid);
  return pids;
}

function hasName(pid: number, name: string): boolean {
  if (textIn(`/proc/${pid}/comm`)?.trimEnd() === name) return true;
  const words = (textIn(`/proc/${pid}/cmdline`) ?? '').split('\0').flatMap((word) => word.split(' '));
  return words.some((word) => {
    const base = baseName(word);
    return base === name || base.replace(/\.[cm]?[jt]s$/, '') === name;
  });
}
