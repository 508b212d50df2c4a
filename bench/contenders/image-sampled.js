// The same while the CPU of other threads is sampled, 100 times a second of each.
import { loadBinding } from '../../dist/native/load-addon.js';
import { open as openImage } from './image.js';

export async function open() {
  const { binding, missing } = loadBinding();
  if (binding === null) throw new Error(missing);
  const reason = binding.threadStacksStart(100);
  if (reason !== null) throw new Error(reason);
  return openImage();
}
