import { limit, type RowInContext } from './rule.js';

/** Without these settings jemalloc keeps free pages for seconds, and in an idle program for ever. */
const GIVE_BACK_AT_ONCE = 'MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0';

/**
 * How to make the allocator return free memory sooner. docs/findings.md has what each setting was measured to do. A
 * program that has another allocator already is not told to take one.
 */
export function returnSooner(given: RowInContext): string {
  const serving = given.sources.allocator.allocator;
  switch (serving) {
    case undefined:
    case 'glibc': {
      const arenas = serving === 'glibc' && severalThreadsWorked(given) ? ', or MALLOC_ARENA_MAX=2' : '';
      return `try LD_PRELOAD=libjemalloc.so.2 with ${GIVE_BACK_AT_ONCE}${arenas}`;
    }
    case 'jemalloc':
      return `set ${GIVE_BACK_AT_ONCE}`;
    case 'gperftools':
      return 'set TCMALLOC_AGGRESSIVE_DECOMMIT=1';
    default:
      return `let ${serving} give memory back sooner`;
  }
}

/** A thread gets an arena of its own if the others are taken. A single thread has one arena, whatever the limit. */
function severalThreadsWorked({ row: { cpu_s, thread_cpu_s } }: RowInContext): boolean {
  if (typeof cpu_s !== 'number' || typeof thread_cpu_s !== 'number') return false;
  return cpu_s > 0 && cpu_s - thread_cpu_s >= limit('off_thread_share') * cpu_s;
}
