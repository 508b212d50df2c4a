import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ElfFields } from './elf-fields.js';

const MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const IDENTITY_BYTES = 16;
/** The index of a section where the real number is in the first section, because it does not fit into 16 bits. */
const EXTENDED_INDEX = 0xffff;

/** More than any program has. A table of this many sections has 4 MiB. */
const MOST_SECTIONS = 2 ** 16;
const MOST_NAME_BYTES = 2 ** 20;

/** The file is not ELF, is cut or damaged, or has no known layout. */
export class ElfError extends Error {}

export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface ElfSection {
  /** Where its name begins among the names of all sections. */
  readonly nameAt: number;
  readonly type: number;
  readonly offset: number;
  readonly bytes: number;
  /** The index of the section that belongs to it, such as the names of symbols. */
  readonly link: number;
  readonly entryBytes: number;
}

/**
 * An open ELF file of any class and byte order, as elf(5) describes it. Only what is asked for is read. Nothing in the
 * file is trusted: what lies outside of the file throws an `ElfError`, before memory is taken for it.
 */
export class ElfFile {
  readonly is64: boolean;
  readonly type: number;
  private readonly isLittle: boolean;
  private readonly header: ElfFields;
  private allSections: readonly ElfSection[] | undefined;

  private constructor(
    private readonly descriptor: number,
    readonly bytes: number,
  ) {
    const identity = this.read(0, IDENTITY_BYTES);
    if (identity.readUInt32BE(0) !== MAGIC) throw new ElfError('no ELF file');
    this.is64 = identity[4] === CLASS_64;
    this.isLittle = identity[5] === LITTLE_ENDIAN;
    this.header = this.fields(this.read(0, this.is64 ? 64 : 52));
    this.type = this.header.half(16);
  }

  /** @throws {ElfError} or an error of the system */
  static open(path: string): ElfFile {
    // A pipe under this name would make a reader wait for a writer.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw new ElfError('no regular file');
      return new ElfFile(descriptor, stat.size);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  get segments(): ElfSegment[] {
    const { header, is64 } = this;
    const entryBytes = is64 ? 56 : 32;
    const count = header.half(is64 ? 56 : 44);
    if (count > 0 && header.half(is64 ? 54 : 42) !== entryBytes) throw new ElfError('odd program headers');
    const table = this.fields(this.read(header.address(is64 ? 32 : 28), count * entryBytes));
    return Array.from({ length: count }, (_, index) => {
      const at = index * entryBytes;
      return {
        type: table.word(at),
        offset: table.address(at + (is64 ? 8 : 4)),
        bytes: table.address(at + (is64 ? 32 : 16)),
      };
    });
  }

  /** None in a file that was stripped of their table. */
  get sections(): readonly ElfSection[] {
    this.allSections ??= this.readSections();
    return this.allSections;
  }

  /** The first section of a name. */
  sectionNamed(name: string): ElfSection | undefined {
    const names = this.sections[this.namesIndex()];
    if (names === undefined) return undefined;
    if (names.bytes > MOST_NAME_BYTES) throw new ElfError('too many names of sections');
    const wanted = `${name}\0`;
    const text = this.contents(names).toString('latin1');
    return this.sections.find(({ nameAt }) => text.startsWith(wanted, nameAt));
  }

  contents({ offset, bytes }: Pick<ElfSection, 'offset' | 'bytes'>): Buffer {
    return this.read(offset, bytes);
  }

  /** Exactly these bytes of the file. */
  read(offset: number, bytes: number): Buffer {
    // An address of 64 bits that no number can hold is larger than any file, also after rounding.
    if (offset + bytes > this.bytes) throw new ElfError('cut');
    const buffer = Buffer.allocUnsafe(bytes);
    for (let filled = 0; filled < bytes; ) {
      const read = readSync(this.descriptor, buffer, filled, bytes - filled, offset + filled);
      // The file has become shorter since it was opened.
      if (read === 0) throw new ElfError('cut');
      filled += read;
    }
    return buffer;
  }

  /** Numbers in bytes of this file. */
  fields(bytes: Buffer): ElfFields {
    return new ElfFields(bytes, this.is64, this.isLittle);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private readSections(): ElfSection[] {
    const { header, is64 } = this;
    const offset = header.address(is64 ? 40 : 32);
    if (offset === 0) return [];
    const entryBytes = is64 ? 64 : 40;
    if (header.half(is64 ? 58 : 46) !== entryBytes) throw new ElfError('odd section headers');
    const first = this.section(this.fields(this.read(offset, entryBytes)), 0);
    // Zero where the number does not fit. The first section, which is none, has it as its size.
    const count = header.half(is64 ? 60 : 48) || first.bytes;
    if (count > MOST_SECTIONS) throw new ElfError('too many sections');
    const table = this.fields(this.read(offset, count * entryBytes));
    return Array.from({ length: count }, (_, index) => this.section(table, index * entryBytes));
  }

  private section(table: ElfFields, at: number): ElfSection {
    const { is64 } = this;
    return {
      nameAt: table.word(at),
      type: table.word(at + 4),
      offset: table.address(at + (is64 ? 24 : 16)),
      bytes: table.address(at + (is64 ? 32 : 20)),
      link: table.word(at + (is64 ? 40 : 24)),
      entryBytes: table.address(at + (is64 ? 56 : 36)),
    };
  }

  private namesIndex(): number {
    const index = this.header.half(this.is64 ? 62 : 50);
    return index === EXTENDED_INDEX ? (this.sections[0]?.link ?? 0) : index;
  }
}

/**
 * What `read` gives. Null if a file cannot be read, or is not a whole ELF file; any other error is a fault of the code.
 */
export function ifReadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ElfError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}
