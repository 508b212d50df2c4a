import { ElfError, type ElfFile, type ElfSection } from '../os/elf-file.js';

const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STB_LOCAL = 0;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const SHN_UNDEF = 0;
/** From here on the index of a section is a mark, such as that of an absolute value. */
const SHN_LORESERVE = 0xff00;
/** The mark of an index that does not fit. */
const SHN_XINDEX = 0xffff;

/** Programs of 200 MB have one million. */
const MOST_SYMBOLS = 2 ** 22;
const SYMBOLS_A_PIECE = 2 ** 15;

/** A table of symbols, and the section that has their names. */
export interface SymbolTable {
  readonly symbols: ElfSection;
  readonly names: ElfSection;
  /** It is the loader's table, which lacks internal functions. */
  readonly isExported: boolean;
}

/** The symbols of functions, as columns in the order of the file. */
export interface FunctionSymbols {
  readonly starts: Float64Array;
  /** The first address behind each function. */
  readonly ends: Float64Array;
  /** Where in the file its name begins. */
  readonly namesAt: Float64Array;
  /** 1 for a symbol that is known in its object file alone. */
  readonly areLocal: Uint8Array;
}

/** @throws {ElfError} if a table is outside of the file, or has an unknown layout */
export function symbolTables(file: ElfFile): SymbolTable[] {
  return [SHT_SYMTAB, SHT_DYNSYM].flatMap((type) => {
    const symbols = file.sections.find((section) => section.type === type);
    if (symbols === undefined) return [];
    const names = file.sections[symbols.link];
    if (names === undefined || symbols.entryBytes !== symbolBytes(file)) throw new ElfError('odd symbols');
    if ([symbols, names].some(({ offset, bytes }) => offset + bytes > file.bytes)) throw new ElfError('cut');
    return { symbols, names, isExported: type === SHT_DYNSYM };
  });
}

/**
 * The functions of all tables. A symbol of size 0 is left out, because nothing tells where its function ends.
 *
 * @throws {ElfError} if there are more than any program has
 */
export function readFunctionSymbols(file: ElfFile, tables: readonly SymbolTable[]): FunctionSymbols {
  const capacity = tables.reduce((sum, { symbols }) => sum + Math.floor(symbols.bytes / symbolBytes(file)), 0);
  if (capacity > MOST_SYMBOLS) throw new ElfError('too many symbols');
  const all = {
    starts: new Float64Array(capacity),
    ends: new Float64Array(capacity),
    namesAt: new Float64Array(capacity),
    areLocal: new Uint8Array(capacity),
  };
  let length = 0;
  for (const table of tables) length = readTable(file, table, all, length);
  return {
    starts: all.starts.subarray(0, length),
    ends: all.ends.subarray(0, length),
    namesAt: all.namesAt.subarray(0, length),
    areLocal: all.areLocal.subarray(0, length),
  };
}

/** Adds the functions of a table behind `length` others; returns how many there are then. */
function readTable(file: ElfFile, { symbols, names }: SymbolTable, all: FunctionSymbols, length: number): number {
  const { is64 } = file;
  const entryBytes = symbolBytes(file);
  const [infoAt, sectionAt, valueAt, sizeAt] = is64 ? [4, 6, 8, 16] : [12, 14, 4, 8];
  const end = symbols.offset + Math.floor(symbols.bytes / entryBytes) * entryBytes;
  for (let offset = symbols.offset; offset < end; offset += SYMBOLS_A_PIECE * entryBytes) {
    const bytes = file.read(offset, Math.min(end - offset, SYMBOLS_A_PIECE * entryBytes));
    const fields = file.fields(bytes);
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const info = fields.byte(at + infoAt!);
      const type = info & 0xf;
      if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || !isDefined(fields.half(at + sectionAt!))) continue;
      const name = fields.word(at);
      const start = fields.address(at + valueAt!);
      const functionEnd = start + fields.address(at + sizeAt!);
      if (name === 0 || name >= names.bytes || functionEnd === start || functionEnd > Number.MAX_SAFE_INTEGER) continue;
      all.starts[length] = start;
      all.ends[length] = functionEnd;
      all.namesAt[length] = names.offset + name;
      all.areLocal[length] = info >> 4 === STB_LOCAL ? 1 : 0;
      length++;
    }
  }
  return length;
}

/** Whether the symbol is that of code in this file, by the index of its section. */
function isDefined(section: number): boolean {
  return section !== SHN_UNDEF && (section < SHN_LORESERVE || section === SHN_XINDEX);
}

function symbolBytes({ is64 }: ElfFile): number {
  return is64 ? 24 : 16;
}
