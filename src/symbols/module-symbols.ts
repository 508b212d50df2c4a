import { type ElfFile, ifReadable } from '../os/elf-file.js';
import { AddressRanges, NO_GROUP } from './address-ranges.js';
import { type FunctionSymbols, readFunctionSymbols, type SymbolTable } from './function-symbols.js';

/** Most names end within this; the longest of node and DuckDB has 700. */
const PIECE_BYTES = 256;
const MOST_NAME_BYTES = 2 ** 16;
const NO_BYTES = Buffer.alloc(0);

/** Names the functions of an ELF file, which stays open for it. Names are read from the file when they are asked for. */
export class ModuleSymbols {
  private readonly ranges: AddressRanges;
  private readonly symbols: FunctionSymbols;
  /** The names that were found, by group of symbols. */
  private readonly names = new Map<number, string | null>();

  /** @throws {ElfError} if the file is cut or damaged */
  constructor(
    private readonly file: ElfFile,
    private readonly tables: readonly SymbolTable[],
  ) {
    this.symbols = readFunctionSymbols(file, tables);
    this.ranges = new AddressRanges(this.symbols.starts, this.symbols.ends);
  }

  /** The symbol of the function that contains an address, as the linker knows it; null if there is none. */
  symbolAt(address: number): string | null {
    const group = this.ranges.groupAt(address);
    if (group === NO_GROUP) return null;
    let name = this.names.get(group);
    if (name === undefined) {
      name = this.bestName(this.ranges.members(group));
      this.names.set(group, name);
    }
    return name;
  }

  close(): void {
    this.file.close();
  }

  /**
   * The name of a function that has several: one that other files can use before a local one, then the shortest, then the
   * first in the alphabet. That is `malloc` before `__libc_malloc`, on each machine.
   */
  private bestName(symbols: Uint32Array): string | null {
    const { areLocal, namesAt } = this.symbols;
    const hasGlobal = symbols.some((symbol) => areLocal[symbol] === 0);
    let best: Buffer = NO_BYTES;
    for (const symbol of symbols) {
      if (hasGlobal && areLocal[symbol] === 1) continue;
      const name = this.readName(namesAt[symbol]!, best.length || MOST_NAME_BYTES);
      if (name.length === 0) continue;
      const order = name.length - best.length || name.compare(best);
      if (best.length === 0 || order < 0) best = name;
    }
    return best.length === 0 ? null : best.toString('utf8');
  }

  /** The name without its version, as in `memcpy@@GLIBC_2.14`. Empty if it has more than `most` bytes, or cannot be read. */
  private readName(at: number, most: number): Buffer {
    const table = this.tables.find(({ names }) => at >= names.offset && at < names.offset + names.bytes)!;
    const left = table.names.offset + table.names.bytes - at;
    for (let bytes = PIECE_BYTES; ; bytes *= 8) {
      const piece = ifReadable(() => this.file.read(at, Math.min(bytes, left)));
      if (piece === null) return NO_BYTES;
      const length = nameBytes(piece);
      if (length !== undefined) return length <= most ? piece.subarray(0, length) : NO_BYTES;
      if (piece.length > most || piece.length === left) return NO_BYTES;
    }
  }
}

/** Undefined if the name does not end in these bytes. */
function nameBytes(piece: Buffer): number | undefined {
  const end = piece.indexOf(0);
  const version = piece.indexOf('@', 1);
  if (version > 0 && (end === -1 || version < end)) return version;
  return end === -1 ? undefined : end;
}
