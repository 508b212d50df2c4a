/**
 * Node's Buffer as it was when the profiler was loaded. It is apart from the language's own objects, because the types of
 * the package reach those, and have to do without the types of Node.
 */
import { ownNamespace } from './intrinsics.js';

export const Buffer = ownNamespace({
  alloc: globalThis.Buffer.alloc,
  allocUnsafe: globalThis.Buffer.allocUnsafe,
  from: globalThis.Buffer.from,
});
export type Buffer = globalThis.Buffer;
