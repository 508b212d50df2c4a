import { UsageError } from '../model/usage-error.js';
import { readCommand } from '../os/process-command.js';
import { readProcessStat } from '../os/process-stat.js';
import { namesIn, textIn } from '../os/read-if-possible.js';
import { baseName } from '../text/base-name.js';
import { isNode } from './target.js';

/** How many processes a message names. */
const MOST_NAMED = 10;

/**
 * The node process of that name, as `isNamed` has it.
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
  return isNamed(name, textIn(`/proc/${pid}/comm`) ?? '', textIn(`/proc/${pid}/cmdline`) ?? '');
}

/**
 * Whether a process has a name: the whole title that it gave itself, the name of its command, or that of its script with or without
 * its ending. Other arguments are no names: `node tail.js /var/log/server` is not `server`.
 *
 * @param comm of /proc, which has the first 15 bytes of a title
 * @param commandLine of /proc: the arguments, each with a zero behind it; a title instead of them, where there is one
 */
export function isNamed(name: string, comm: string, commandLine: string): boolean {
  const words = commandLine.replace(/\0+$/, '').split('\0');
  if (comm.trimEnd() === name || words.join(' ') === name) return true;
  return [words[0], scriptOf(words)].some((path) => {
    const base = baseName(path ?? '');
    return base !== '' && (base === name || base.replace(ENDING, '') === name);
  });
}

const ENDING = /\.[cm]?[jt]sx?$/;

/** Undefined where the text of the script stands in an option, or comes from stdin: all that follows are its arguments. */
function scriptOf([, ...words]: readonly string[]): string | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--') return words[index + 1];
    if (!word.startsWith('-')) return word;
    if (word === '-' || HAS_TEXT.test(word)) return undefined;
    if (TAKES_VALUE.has(word)) index++;
  }
  return undefined;
}

/** `-e`, `-p` and `-pe`, and the same with its value behind `=`. */
const HAS_TEXT = /^(-e|-p|-pe|--eval|--print)(=|$)/;

/** Options of Node 20 to 26 whose value may be the next argument. Those of V8 have it behind `=`. */
const TAKES_VALUE = new Set([
  '-C',
  '-r',
  '--allow-fs-read',
  '--allow-fs-write',
  '--conditions',
  '--cpu-prof-dir',
  '--cpu-prof-interval',
  '--cpu-prof-name',
  '--debug-port',
  '--diagnostic-dir',
  '--disable-proto',
  '--disable-warning',
  '--dns-result-order',
  '--env-file',
  '--env-file-if-exists',
  '--experimental-default-type',
  '--experimental-loader',
  '--heap-prof-dir',
  '--heap-prof-interval',
  '--heap-prof-name',
  '--heapsnapshot-near-heap-limit',
  '--heapsnapshot-signal',
  '--icu-data-dir',
  '--import',
  '--input-type',
  '--inspect-port',
  '--inspect-publish-uid',
  '--loader',
  '--localstorage-file',
  '--max-http-header-size',
  '--network-family-autoselection-attempt-timeout',
  '--openssl-config',
  '--redirect-warnings',
  '--report-dir',
  '--report-directory',
  '--report-filename',
  '--report-signal',
  '--require',
  '--secure-heap',
  '--secure-heap-min',
  '--snapshot-blob',
  '--title',
  '--tls-cipher-list',
  '--tls-keylog',
  '--trace-event-categories',
  '--trace-event-file-pattern',
  '--trace-require-module',
  '--unhandled-rejections',
  '--use-largepages',
  '--v8-pool-size',
  '--watch-path',
]);
