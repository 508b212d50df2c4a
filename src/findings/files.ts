import { Math, Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { escapeControls } from '../text/escape.js';
import { explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { atEndKib, keptKib, roomKib } from './kept.js';
import { growth } from './memory-phrases.js';
import { type Rule, rule } from './rule.js';

/** Below half of the growth, the name of a file would often be that of the wrong one. */
const LEAST_SHARE = 0.5;

function largestFile(files: ModuleKib | undefined, kib: number): string {
  const [name] = Object.entries(files ?? {}).find(([, of]) => of >= LEAST_SHARE * kib) ?? [];
  return name === undefined ? '' : `, most of ${escapeControls(name)}`;
}

/**
 * Pages of mapped files. The kernel reads them when they are touched and takes them back when it needs memory.
 *
 * Tried on: a database that maps its file and is read once through; files that an addon maps and unmaps.
 */
export const FILE_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'file-pages',
      needs: ['file_kb_delta', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['rss'],
      condition: `kept_kb >= ${LEAST}, kept_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where kept_kb = min(file_kb_delta - processes * composition.shared_kb, room_kb, program.file_kb_delta, processes * (composition.files_kb + composition.code_kb))`,
    },
    ({ file_kb_delta, rss_kb_delta, rss_kb_peak_max }, given) => {
      const kept_kb = Math.min(
        keptKib(file_kb_delta, 'file_kb_delta', ['files_kb', 'code_kb'], given),
        roomKib(rss_kb_delta, given),
        // Shared memory is in the column, and the kernel cannot take it back.
        file_kb_delta - (atEndKib(['shared_kb'], given) ?? 0),
      );
      if (!explainsGrowth(kept_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { kept_kb },
        thresholds: RSS_LIMITS,
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${growth(kept_kb)} of pages of mapped files${largestFile(given.composition?.files, kept_kb)}; no leak: the kernel takes them back when it needs memory`,
      };
    },
  ),
];
