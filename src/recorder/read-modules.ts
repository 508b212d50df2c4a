import { Math, Number } from '../host/intrinsics.js';
import { moduleName, OTHER_MODULES } from '../model/module-name.js';
import { MODULE_CELLS } from '../model/sample-layout.js';
import type { RecorderBytes } from './file-bytes.js';
import type { Geometry } from './format.js';

/** The names of the modules that the tracker has met, in the order of their cells. */
export function readModules(bytes: RecorderBytes, sizes: Geometry, moduleCount: number): string[] {
  const { modules_offset: offset, module_capacity: capacity, module_bytes: length } = sizes;
  const isCount = Number.isSafeInteger(moduleCount) && moduleCount >= 0;
  const count = isCount ? Math.min(moduleCount, capacity, MODULE_CELLS) : 0;
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const text = bytes.read(offset + index * length, length).toString('utf8');
    names.push(moduleName(text.slice(0, Math.max(0, text.indexOf('\0')))));
  }
  if (moduleCount > count && count === MODULE_CELLS) names[count - 1] = OTHER_MODULES;
  return names;
}
