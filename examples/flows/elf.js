// @ts-check

/**
 * What a dynamic loader learns from an ELF file. Everything comes from the program headers and the dynamic segment,
 * which are still there after the section headers have been stripped. Layouts and constants: System V ABI, chapters 4 and 5.
 *
 * @typedef {object} ElfFacts
 * @property {32 | 64} bits
 * @property {'little' | 'big'} endian
 * @property {string} type
 * @property {string} machine
 * @property {boolean} dynamic whether there is a dynamic segment; if not, the members below are empty
 * @property {string | null} soname
 * @property {string[]} needed names of the libraries it asks the loader for, in the file's order
 * @property {number} defined dynamic symbols that it defines
 * @property {number} undefined dynamic symbols that it needs from others
 * @property {string[]} notable those of {@link NOTABLE} that it needs, sorted
 */

/** A loader would not accept the file. The message says what is wrong with it. */
export class ElfError extends Error {
  /** @override */
  name = 'ElfError';
}

/** Imports that show what a library does: memory of its own, threads, processes, the network, loading code. */
export const NOTABLE = new Set([
  ...['malloc', 'calloc', 'realloc', 'free', 'aligned_alloc', 'posix_memalign', 'mmap', 'mmap64', '_Znwm', '_ZdlPv'],
  ...['pthread_create', 'fork', 'execve', 'posix_spawn', 'system', 'dlopen', 'dlsym'],
  ...['socket', 'connect', 'getaddrinfo', 'ptrace', 'napi_module_register', 'napi_create_function'],
]);

const TYPES = ['none', 'relocatable', 'executable', 'shared', 'core'];
// biome-ignore format: a table of numbers reads better in few lines
/** @type {Record<number, string>} */
const MACHINES = {
  2: 'sparc', 3: 'x86', 8: 'mips', 20: 'ppc', 21: 'ppc64', 22: 's390', 40: 'arm', 43: 'sparcv9',
  62: 'x86-64', 183: 'aarch64', 243: 'riscv', 247: 'bpf', 258: 'loongarch',
};

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
// biome-ignore format: a table of numbers reads better in few lines
const DT = {
  NULL: 0, NEEDED: 1, HASH: 4, STRTAB: 5, SYMTAB: 6, RELA: 7, STRSZ: 10, SONAME: 14, REL: 17, JMPREL: 23,
  GNU_HASH: 0x6ffffef5, VERSYM: 0x6ffffff0, VERDEF: 0x6ffffffc, VERNEED: 0x6ffffffe,
};
// The tables that a linker places beside the symbols.
const TABLES = [DT.HASH, DT.STRTAB, DT.RELA, DT.REL, DT.JMPREL, DT.GNU_HASH, DT.VERSYM, DT.VERDEF, DT.VERNEED];
const SHN_UNDEF = 0;

// Field offsets and sizes that differ between the two classes. Names are those of the ABI.
// biome-ignore format: a table of numbers reads better in few lines
const LAYOUTS = {
  32: {
    header: 52, e_phoff: 28, e_phentsize: 42, e_phnum: 44,
    phdr: 32, p_offset: 4, p_vaddr: 8, p_filesz: 16,
    dyn: 8, sym: 16, st_shndx: 14,
  },
  64: {
    header: 64, e_phoff: 32, e_phentsize: 54, e_phnum: 56,
    phdr: 56, p_offset: 8, p_vaddr: 16, p_filesz: 32,
    dyn: 16, sym: 24, st_shndx: 6,
  },
};

// NAME_MAX: no library's name is longer. A C++ symbol may be longer and is cut; no name in NOTABLE is.
const MAX_NAME_BYTES = 255;

/** @param {Uint8Array} bytes */
export function isElf(bytes) {
  return bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * @param {Uint8Array} bytes the whole file
 * @returns {ElfFacts}
 * @throws {ElfError} when it is truncated or refers to offsets outside itself
 */
export function parseElf(bytes) {
  const file = new ElfReader(bytes);
  /** @type {ElfFacts} */
  const facts = {
    bits: file.bits,
    endian: file.littleEndian ? 'little' : 'big',
    type: TYPES[file.half(16)] ?? `type ${file.half(16)}`,
    machine: MACHINES[file.half(18)] ?? `machine ${file.half(18)}`,
    dynamic: false,
    soname: null,
    needed: [],
    defined: 0,
    undefined: 0,
    notable: [],
  };
  const segments = readSegments(file);
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  if (dynamic === undefined) return facts;

  const tags = readTags(file, dynamic);
  const names = nameTable(file, segments, tags);
  facts.dynamic = true;
  facts.needed = (tags.get(DT.NEEDED) ?? []).map(names);
  facts.soname = (tags.get(DT.SONAME) ?? []).map(names)[0] ?? null;
  readSymbols(file, segments, tags, names, facts);
  return facts;
}

/** @typedef {{ type: number, offset: number, vaddr: number, bytes: number }} Segment */
/** @typedef {Map<number, number[]>} Tags values of the dynamic segment by tag, in their order */

/** Reads numbers in the file's own class and byte order; a read outside the file is an {@link ElfError}. */
class ElfReader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    if (!isElf(bytes)) throw new ElfError('not an ELF file');
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const elfClass = this.byte(4);
    const data = this.byte(5);
    if (elfClass !== 1 && elfClass !== 2) throw new ElfError(`unknown ELF class ${elfClass}`);
    if (data !== 1 && data !== 2) throw new ElfError(`unknown ELF byte order ${data}`);
    this.bits = /** @type {32 | 64} */ (elfClass * 32);
    this.littleEndian = data === 1;
    this.layout = LAYOUTS[this.bits];
    this.check(0, this.layout.header);
  }

  /**
   * @param {number} offset
   * @param {number} length
   */
  check(offset, length) {
    if (!(offset >= 0 && offset + length <= this.bytes.length)) {
      throw new ElfError(`truncated ELF: ${length} bytes wanted at ${offset} of ${this.bytes.length}`);
    }
  }

  /** @param {number} offset */
  byte(offset) {
    this.check(offset, 1);
    return this.view.getUint8(offset);
  }

  /** @param {number} offset */
  half(offset) {
    this.check(offset, 2);
    return this.view.getUint16(offset, this.littleEndian);
  }

  /** @param {number} offset */
  word(offset) {
    this.check(offset, 4);
    return this.view.getUint32(offset, this.littleEndian);
  }

  /**
   * An address, offset or size of the file's class. One past 2^53 loses its low bits, and is outside any file.
   *
   * @param {number} offset
   */
  address(offset) {
    if (this.bits === 32) return this.word(offset);
    this.check(offset, 8);
    return Number(this.view.getBigUint64(offset, this.littleEndian));
  }

  /**
   * The text up to a NUL.
   *
   * @param {number} offset
   * @param {number} end where the string table ends
   */
  string(offset, end) {
    this.check(offset, 1);
    const limit = Math.min(end, offset + MAX_NAME_BYTES, this.bytes.length);
    let stop = offset;
    while (stop < limit && this.bytes[stop] !== 0) stop++;
    if (stop >= Math.min(end, this.bytes.length)) throw new ElfError(`unterminated name at ${offset}`);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + offset, stop - offset).toString('utf8');
  }
}

/**
 * @param {ElfReader} file
 * @returns {Segment[]}
 */
function readSegments(file) {
  const { layout } = file;
  const count = file.half(layout.e_phnum);
  const size = file.half(layout.e_phentsize);
  if (count > 0 && size < layout.phdr) throw new ElfError(`program headers of ${size} bytes`);
  const start = file.address(layout.e_phoff);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: file.word(at),
      offset: file.address(at + layout.p_offset),
      vaddr: file.address(at + layout.p_vaddr),
      bytes: file.address(at + layout.p_filesz),
    };
  });
}

/**
 * @param {ElfReader} file
 * @param {Segment} segment
 * @returns {Tags}
 */
function readTags(file, segment) {
  const { dyn } = file.layout;
  /** @type {Tags} */
  const tags = new Map();
  for (let at = segment.offset; at + dyn <= segment.offset + segment.bytes; at += dyn) {
    const tag = file.address(at);
    if (tag === DT.NULL) break;
    const values = tags.get(tag) ?? [];
    if (values.length === 0) tags.set(tag, values);
    values.push(file.address(at + dyn / 2));
  }
  return tags;
}

/**
 * Where in the file an address of the running image lies.
 *
 * @param {Segment[]} segments
 * @param {number} vaddr
 */
function offsetOf(segments, vaddr) {
  const home = segments.find((s) => s.type === PT_LOAD && vaddr >= s.vaddr && vaddr < s.vaddr + s.bytes);
  if (home === undefined) throw new ElfError(`address 0x${vaddr.toString(16)} is in no loaded segment`);
  return home.offset + (vaddr - home.vaddr);
}

/**
 * @param {ElfReader} file
 * @param {Segment[]} segments
 * @param {Tags} tags
 * @returns {(index: number) => string} reads a name of the dynamic string table
 */
function nameTable(file, segments, tags) {
  const vaddr = tags.get(DT.STRTAB)?.[0];
  if (vaddr === undefined) return () => '';
  const start = offsetOf(segments, vaddr);
  const end = start + (tags.get(DT.STRSZ)?.[0] ?? file.bytes.length);
  return (index) => file.string(start + index, end);
}

/**
 * @param {ElfReader} file
 * @param {Segment[]} segments
 * @param {Tags} tags
 * @param {(index: number) => string} names
 * @param {ElfFacts} facts filled in
 */
function readSymbols(file, segments, tags, names, facts) {
  const vaddr = tags.get(DT.SYMTAB)?.[0];
  if (vaddr === undefined) return;
  const { sym, st_shndx } = file.layout;
  const start = offsetOf(segments, vaddr);
  const count = countSymbols(file, segments, tags, vaddr);
  const notable = new Set();
  // Symbol 0 is reserved and means "none".
  for (let index = 1; index < count; index++) {
    const at = start + index * sym;
    if (file.half(at + st_shndx) !== SHN_UNDEF) {
      facts.defined++;
      continue;
    }
    facts.undefined++;
    const name = names(file.word(at));
    if (NOTABLE.has(name)) notable.add(name);
  }
  facts.notable = [...notable].sort();
}

/**
 * The number of dynamic symbols. The file does not contain it, because a loader finds symbols through a hash table
 * and never counts them. The System V table has one chain link for each symbol. The GNU table covers the defined
 * symbols, which come last, so the end of its last chain is the end of the symbols; it is empty if nothing is defined.
 * If neither table answers, the symbols extend to whatever table comes next.
 *
 * @param {ElfReader} file
 * @param {Segment[]} segments
 * @param {Tags} tags
 * @param {number} symbolsVaddr
 */
function countSymbols(file, segments, tags, symbolsVaddr) {
  const systemV = tags.get(DT.HASH)?.[0];
  if (systemV !== undefined) return file.word(offsetOf(segments, systemV) + 4);
  const gnu = tags.get(DT.GNU_HASH)?.[0];
  const counted = gnu === undefined ? 0 : countThroughGnuHash(file, offsetOf(segments, gnu));
  if (counted > 0) return counted;
  const following = TABLES.flatMap((tag) => tags.get(tag) ?? []).filter((vaddr) => vaddr > symbolsVaddr);
  return following.length === 0 ? 0 : Math.floor((Math.min(...following) - symbolsVaddr) / file.layout.sym);
}

/**
 * @param {ElfReader} file
 * @param {number} table
 * @returns {number} 0 when the table is empty
 */
function countThroughGnuHash(file, table) {
  const buckets = file.word(table);
  const firstSymbol = file.word(table + 4);
  const bucketsAt = table + 16 + file.word(table + 8) * (file.bits / 8);
  const chainsAt = bucketsAt + buckets * 4;
  let last = 0;
  for (let bucket = 0; bucket < buckets; bucket++) last = Math.max(last, file.word(bucketsAt + bucket * 4));
  if (last < firstSymbol) return 0;
  // A chain ends at the hash whose lowest bit is set.
  while ((file.word(chainsAt + (last - firstSymbol) * 4) & 1) === 0) last++;
  return last + 1;
}
