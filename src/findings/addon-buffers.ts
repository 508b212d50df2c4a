import { Math, Number, Object } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { atEndKib } from './kept.js';
import { isNode, mainModule } from './main-module.js';
import type { RowInContext } from './rule.js';

/** Below half, something else grew, and the part of the Buffers would be a guess. */
const LEAST_SHARE = 0.5;

/**
 * Buffers whose memory an addon allocated: they are in `native_kb_delta` and in `external_kb_delta`. Two fields that
 * grow alike may still be two growths, so there has to be a sign that they are one: node allocated less than the
 * Buffers have, memories of WebAssembly left out, or the resident set grew by less than both together. 0 if the Buffers are less than half of
 * `native_kb_delta`.
 */
export function addonBuffersKib(given: RowInContext): number {
  const { row } = given;
  const { native_kb_delta: native, external_kb_delta: external, rss_kb_delta: rss } = row;
  if (typeof native !== 'number' || typeof external !== 'number') return 0;
  const most = Math.min(
    native,
    external,
    othersKib(row.native_modules) ?? Number.POSITIVE_INFINITY,
    notNodeKib(row) ?? Number.POSITIVE_INFINITY,
  );
  const told = [
    ...(row.native_modules ? [external - nodeKib(row.native_modules) - wasmAtMostKib(given)] : []),
    ...(typeof rss === 'number' ? [native + external - (rss - Math.max(0, row.allocator_kb_delta ?? 0))] : []),
  ];
  const kib = told.length === 0 ? most : Math.min(most, Math.max(...told));
  return kib > 0 && kib >= LEAST_SHARE * native ? kib : 0;
}

/** V8 counts memories of WebAssembly too, and node does not allocate them. Which row made them is not known. */
function wasmAtMostKib(given: RowInContext): number {
  return atEndKib(['wasm_kb'], given) ?? 0;
}

/** What V8 counts and node does not have: Buffers of addons, memories of WebAssembly, strings. Null if not known. */
export function notNodeKib({
  external_kb_delta: counted,
  buffers_kb_delta: stores,
}: Pick<RowInContext['row'], 'external_kb_delta' | 'buffers_kb_delta'>): number | null {
  if (typeof counted !== 'number' || typeof stores !== 'number') return null;
  return Math.max(0, counted - stores);
}

/** The addon that allocated at least half of what node did not. */
export function addonOf(modules: ModuleKib | null | undefined): string {
  return mainModule(Object.fromEntries(Object.entries(modules ?? {}).filter(([name]) => !isNode(name)))) ?? 'an addon';
}

/** What node asked malloc for, backing stores among it. */
export function nodeKib(modules: ModuleKib): number {
  return sumOf(modules, isNode);
}

function othersKib(modules: ModuleKib | null | undefined): number | undefined {
  return modules ? sumOf(modules, (name) => !isNode(name)) : undefined;
}

function sumOf(modules: ModuleKib, isMeant: (name: string) => boolean): number {
  return Object.entries(modules).reduce((sum, [name, kib]) => (isMeant(name) ? sum + kib : sum), 0);
}
