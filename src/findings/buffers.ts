import { Math, Number, Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { mainModule } from './main-module.js';
import type { RowInContext } from './rule.js';

/** Node, also where a distribution has it in a library: it allocates backing stores, and they are not native. */
const NODE = /^(lib)?node(js)?(\.so[.\d]*)?$/;

/** Half: below, the growth is of something else, and what Buffers have of it is no more than a guess. */
const LEAST_SHARE = 0.5;

/**
 * What `native_kb_delta` and `external_kb_delta` both have: Buffers whose memory an addon allocated. Both growing alike
 * may be two growths, so one of these has to tell: node allocated less than the Buffers have, or the resident set grew
 * by less than both together. 0 where it is less than half of `native_kb_delta`.
 */
export function addonBuffersKib({ row }: RowInContext): number {
  const { native_kb_delta: native, external_kb_delta: external, rss_kb_delta: rss } = row;
  if (typeof native !== 'number' || typeof external !== 'number') return 0;
  const most = Math.min(native, external, othersKib(row.native_modules) ?? Number.POSITIVE_INFINITY);
  const told = [
    ...(row.native_modules ? [external - nodeKib(row.native_modules)] : []),
    ...(typeof rss === 'number' ? [native + external - (rss - Math.max(0, row.allocator_kb_delta ?? 0))] : []),
  ];
  const kib = told.length === 0 ? most : Math.min(most, Math.max(...told));
  return kib > 0 && kib >= LEAST_SHARE * native ? kib : 0;
}

/** The addon that allocated half of what was not node's or more. */
export function addonOf(modules: ModuleKib | null | undefined): string {
  return (
    mainModule(Object.fromEntries(Object.entries(modules ?? {}).filter(([name]) => !NODE.test(name)))) ?? 'an addon'
  );
}

function nodeKib(modules: ModuleKib): number {
  return sumOf(modules, (name) => NODE.test(name));
}

function othersKib(modules: ModuleKib | null | undefined): number | undefined {
  return modules ? sumOf(modules, (name) => !NODE.test(name)) : undefined;
}

function sumOf(modules: ModuleKib, isMeant: (name: string) => boolean): number {
  return Object.entries(modules).reduce((sum, [name, kib]) => (isMeant(name) ? sum + kib : sum), 0);
}
