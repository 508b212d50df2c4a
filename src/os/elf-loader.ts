import { closeSync, openSync, readSync } from 'node:fs';

/** How a program is loaded: `loader` is the path in its PT_INTERP, null in a static program. */
export interface ElfLoader {
  readonly loader: string | null;
}

const MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const PT_INTERP = 3;
/** Headers and the loader's path stand at the front of the file: in every program seen, within a page. */
const FRONT_BYTES = 4096;

/** Undefined for a file that is not ELF, cannot be read, or has no known layout. */
export function readElfLoader(path: string): ElfLoader | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return parse((offset, length) => {
        const bytes = Buffer.alloc(length);
        return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
      });
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

type Read = (offset: number, length: number) => Buffer;

/** Reads the ELF header and the program headers as elf(5) describes them. Reading beyond their bytes throws. */
function parse(read: Read): ElfLoader | undefined {
  const front = read(0, FRONT_BYTES);
  if (front.readUInt32BE(0) !== MAGIC) return undefined;
  const is64 = front[4] === CLASS_64;
  const isLittle = front[5] === 1;
  const half = (at: number) => (isLittle ? front.readUInt16LE(at) : front.readUInt16BE(at));
  const tableOffset = address(front, is64 ? 32 : 28, is64, isLittle);
  const entryBytes = half(is64 ? 54 : 42);
  const entryCount = half(is64 ? 56 : 44);

  const table = read(tableOffset, entryBytes * entryCount);
  for (let at = 0; at < table.length; at += entryBytes) {
    const type = isLittle ? table.readUInt32LE(at) : table.readUInt32BE(at);
    if (type !== PT_INTERP) continue;
    const offset = address(table, at + (is64 ? 8 : 4), is64, isLittle);
    const length = address(table, at + (is64 ? 32 : 16), is64, isLittle);
    return { loader: read(offset, Math.min(length, FRONT_BYTES)).toString('utf8').replace(/\0.*$/s, '') };
  }
  return { loader: null };
}

function address(bytes: Buffer, at: number, is64: boolean, isLittle: boolean): number {
  if (!is64) return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}
