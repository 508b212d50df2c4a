import type { ElfFields } from '../os/elf-fields.js';
import type { ElfFile, ElfSection, ElfSegment } from '../os/elf-file.js';

const SHT_NOTE = 7;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const OWNER = 'GNU\0';
const HEADER_BYTES = 12;
/** SHA-1 has 20 bytes. What a linker is told by hand may have more. */
const MOST_ID_BYTES = 64;
/** Notes of a module have some hundred bytes. A larger section has something else, such as a core dump. */
const MOST_NOTE_BYTES = 2 ** 16;

/**
 * The build id of a file in hexadecimal digits; null if the linker gave it none.
 *
 * @throws {ElfError} if the file is cut or damaged
 */
export function buildIdOf(file: ElfFile): string | null {
  // Sections come first: the program headers of a debug file still tell where the notes were in the module.
  const notes: (ElfSection | ElfSegment)[] = file.sections.filter(({ type }) => type === SHT_NOTE);
  if (notes.length === 0) notes.push(...file.segments.filter(({ type }) => type === PT_NOTE));
  for (const note of notes) {
    if (note.bytes > MOST_NOTE_BYTES) continue;
    const content = file.contents(note);
    const found = idAmong(content, file.fields(content));
    if (found !== null) return found;
  }
  return null;
}

function idAmong(content: Buffer, fields: ElfFields): string | null {
  for (let at = 0; at + HEADER_BYTES <= content.length; ) {
    const ownerBytes = fields.word(at);
    const idBytes = fields.word(at + 4);
    const ownerAt = at + HEADER_BYTES;
    const idAt = ownerAt + padded(ownerBytes);
    at = idAt + padded(idBytes);
    if (at > content.length) return null;
    if (fields.word(ownerAt - 4) !== NT_GNU_BUILD_ID || idBytes === 0 || idBytes > MOST_ID_BYTES) continue;
    if (content.toString('latin1', ownerAt, ownerAt + ownerBytes) !== OWNER) continue;
    return content.toString('hex', idAt, idAt + idBytes);
  }
  return null;
}

/** Owners and contents of notes begin at multiples of 4 bytes. */
function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
