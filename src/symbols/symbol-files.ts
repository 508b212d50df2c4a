import { basename, dirname, isAbsolute, join } from 'node:path';
import { ElfFile, ifReadable } from '../os/elf-file.js';
import { buildIdOf } from './build-id.js';
import { type SymbolTable, symbolTables } from './function-symbols.js';

const ET_EXEC = 2;
const ET_DYN = 3;
const LINK_SECTION = '.gnu_debuglink';
/** A file name and its checksum. */
const MOST_LINK_BYTES = 4096;

/** A file of machine code that was mapped into a program. */
export interface NativeModule {
  /** Absolute path. Anything else, such as `[vdso]`, has no file. */
  readonly path: string;
  /** In hexadecimal digits; null, or empty as in a frame, if the linker gave it none. */
  readonly buildId: string | null;
}

/** An open file that has the symbols of a module. */
export interface SymbolFile {
  readonly file: ElfFile;
  readonly tables: readonly SymbolTable[];
}

/**
 * What is known of the functions of a module.
 *
 * - `all`: there is a full table of symbols
 * - `exported`: only functions that other modules can call have symbols
 * - `none`: the file has no symbols
 * - `changed`: the file under this path is not the one that was mapped
 * - `unreadable`: there is no file under this path, or it is not a whole ELF file
 */
export type SymbolState = 'all' | 'exported' | 'none' | 'changed' | 'unreadable';

/** What is known, and the file that has the symbols. */
export interface FoundSymbols {
  readonly state: SymbolState;
  readonly found: SymbolFile | null;
}

const SAYS: Readonly<Record<SymbolState, number>> = { unreadable: 0, changed: 1, none: 2, exported: 3, all: 4 };

/**
 * Finds the file that has most symbols of a module: its own, or one that was split from it. A file counts only if it has
 * the module's build id. Without one, only the module's own file counts, and nothing tells whether that was replaced.
 *
 * @param symbolsDir a folder that may have files of modules, or what was split from them
 */
export function findSymbols(module: NativeModule, symbolsDir: string | undefined): FoundSymbols {
  const { path } = module;
  const buildId = module.buildId || null;
  let best: FoundSymbols = isAbsolute(path) ? openSymbols(path, buildId) : { state: 'unreadable', found: null };
  if (buildId === null) return best;
  const link = best.found && linkOf(best.found.file);
  for (const other of splitFiles(path, buildId, link, symbolsDir)) {
    if (best.state === 'all') break;
    const next = openSymbols(other, buildId);
    const [better, worse] = next.found && SAYS[next.state] > SAYS[best.state] ? [next, best] : [best, next];
    worse.found?.file.close();
    best = better;
  }
  return best;
}

function openSymbols(path: string, buildId: string | null): FoundSymbols {
  const file = ifReadable(() => ElfFile.open(path));
  if (file === null) return { state: 'unreadable', found: null };
  const read = ifReadable((): FoundSymbols => {
    if (![ET_EXEC, ET_DYN].includes(file.type)) return { state: 'unreadable', found: null };
    if (buildIdOf(file) !== buildId) return { state: 'changed', found: null };
    const tables = symbolTables(file);
    const state = tables.length === 0 ? 'none' : tables.every(({ isExported }) => isExported) ? 'exported' : 'all';
    return { state, found: { file, tables } };
  });
  if (!read?.found) file.close();
  return read ?? { state: 'unreadable', found: null };
}

/** The name of the file that has what was split from this one, as `objcopy --add-gnu-debuglink` writes it. */
function linkOf(file: ElfFile): string | null {
  return ifReadable(() => {
    const section = file.sectionNamed(LINK_SECTION);
    if (section === undefined || section.bytes > MOST_LINK_BYTES) return null;
    return file.contents(section).toString('utf8').replace(/\0.*$/s, '');
  });
}

/** Where debuggers look, and the plain names that a person gives to files in a folder. */
function splitFiles(path: string, id: string, link: string | null, symbolsDir: string | undefined): string[] {
  const files = link === null ? [] : [join(dirname(path), link), join(dirname(path), '.debug', link)];
  if (symbolsDir === undefined) return files;
  const name = basename(path);
  const names = [join('.build-id', id.slice(0, 2), `${id.slice(2)}.debug`), id, name, `${name}.debug`];
  return [...files, ...names.map((file) => join(symbolsDir, file))];
}
