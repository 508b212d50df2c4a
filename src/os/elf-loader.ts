import { ElfFile, ifReadable } from './elf-file.js';

/** How a program is loaded: `loader` is the path in its PT_INTERP, null in a static program. */
export interface ElfLoader {
  readonly loader: string | null;
}

const PT_INTERP = 3;
/** The longest path that Linux opens. */
const MOST_PATH_BYTES = 4096;

/** Undefined for a file that is not ELF, cannot be read, or has no known layout. */
export function readElfLoader(path: string): ElfLoader | undefined {
  return (
    ifReadable(() => {
      const file = ElfFile.open(path);
      try {
        return { loader: interpreterOf(file) };
      } finally {
        file.close();
      }
    }) ?? undefined
  );
}

function interpreterOf(file: ElfFile): string | null {
  const segment = file.segments.find(({ type }) => type === PT_INTERP);
  if (segment === undefined) return null;
  const text = file.read(segment.offset, Math.min(segment.bytes, MOST_PATH_BYTES)).toString('utf8');
  return text.replace(/\0.*$/s, '');
}
