import { ALLOCATOR_RULES } from './allocator.js';
import { BUFFER_RULES } from './buffers.js';
import { FILE_RULES } from './files.js';
import { JS_RULES } from './js.js';
import { MAPPED_RULES } from './mapped.js';
import { NATIVE_RULES } from './native.js';
import type { Rule } from './rule.js';
import { STRING_RULES } from './strings.js';
import { TRANSIENT_RULES } from './transient.js';
import { UNCOLLECTED_RULES } from './uncollected.js';
import { UNEXPLAINED_RULES } from './unexplained.js';
import { WASM_RULES } from './wasm.js';
import { WORKER_RULES } from './workers.js';

/** Who holds the memory of a stage, and what the stage needs for a moment. */
export const MEMORY_RULES: readonly Rule[] = [
  ...ALLOCATOR_RULES,
  ...NATIVE_RULES,
  ...BUFFER_RULES,
  ...STRING_RULES,
  ...MAPPED_RULES,
  ...WASM_RULES,
  ...WORKER_RULES,
  ...FILE_RULES,
  ...JS_RULES,
  ...UNCOLLECTED_RULES,
  ...UNEXPLAINED_RULES,
  ...TRANSIENT_RULES,
];
