import { readFileSync } from 'node:fs';

/** A mapping of a process with what is resident of it. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** Such as `rw-p`. */
  readonly access: string;
  /** 0 for memory without a file. */
  readonly inode: number;
  /** A path, a name in brackets such as `[heap]`, or empty. */
  readonly name: string;
  rssKib: number;
  swapKib: number;
}

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)\s*(.*)$/;
const AMOUNT = /^(Rss|Swap):\s+(\d+) kB$/;

/**
 * The mappings of a process. To read them takes the kernel some milliseconds for each GiB that is resident. The process does not
 * stop for it, but cannot map memory meanwhile.
 *
 * @throws {Error} the system's, for a process that has ended or whose mappings may not be seen
 */
export function readProcessMappings(pid: number): Mapping[] {
  return parseMappings(readFileSync(`/proc/${pid}/smaps`, 'utf8'));
}

export function parseMappings(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const amount = AMOUNT.exec(line);
    if (amount !== null) {
      const last = mappings.at(-1);
      if (last !== undefined && amount[1] === 'Rss') last.rssKib = Number(amount[2]);
      else if (last !== undefined) last.swapKib = Number(amount[2]);
      continue;
    }
    const head = HEAD.exec(line);
    if (head === null) continue;
    const [, start, end, access, inode, name] = head;
    mappings.push({
      start: Number.parseInt(start!, 16),
      end: Number.parseInt(end!, 16),
      access: access!,
      inode: Number(inode),
      // The kernel adds a word to the path of a file that has been removed.
      name: name!.replace(/ \(deleted\)$/, ''),
      rssKib: 0,
      swapKib: 0,
    });
  }
  return mappings;
}
