import { createHash } from 'node:crypto';
import { compress, uncompress } from 'snappy';

const PLAIN_BYTES = 64 << 20;

/** Compresses and decompresses one Buffer on the pool. Both results are in the addon's own heap. */
export async function work() {
  const plain = Buffer.alloc(PLAIN_BYTES);
  for (let at = 0; at < plain.length; at += 64) plain.writeUInt32LE((at * 2654435761) >>> 0, at);
  const compressed = await compress(plain);
  const held = await uncompress(compressed);
  const hash = createHash('sha256').update(compressed).digest('hex');
  return { result: { bytes: held.length, equal: plain.equals(held), hash }, held, heldBytes: held.length };
}
