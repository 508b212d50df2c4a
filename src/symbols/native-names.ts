import { ifReadable } from '../os/elf-file.js';
import { Demangler } from './demangler.js';
import { ModuleSymbols } from './module-symbols.js';
import { findSymbols, type NativeModule, type SymbolState } from './symbol-files.js';

interface Module {
  readonly state: SymbolState;
  readonly symbols: ModuleSymbols | null;
}

/**
 * Names frames of machine code by the files of their modules. Modules are opened when they are first asked for, and stay
 * open until `close`.
 *
 * Used by the command line only: it needs memory for all symbols of a module.
 */
export class NativeNames {
  private readonly modules = new Map<string, Module>();
  private readonly demangler = new Demangler();

  /** @param symbolsDir a folder of files by build id or name, for modules that have no symbols here */
  constructor(private readonly options: { readonly symbolsDir?: string | undefined } = {}) {}

  /**
   * The function that contains an address. It is null unless a symbol that has a size contains it: the nearest symbol is
   * often another function's.
   *
   * @param address in the module by its ELF headers, as `Frame.offset`. That of a call is before the one it returns to,
   * which is another function's if the call is the last instruction.
   */
  nameOf(module: NativeModule, address: number): string | null {
    const symbol = this.open(module).symbols?.symbolAt(address) ?? null;
    return symbol === null ? null : this.demangler.nameOf(symbol);
  }

  /** How much is known of the functions of a module. */
  stateOf(module: NativeModule): SymbolState {
    return this.open(module).state;
  }

  close(): void {
    for (const { symbols } of this.modules.values()) symbols?.close();
    this.modules.clear();
  }

  private open(module: NativeModule): Module {
    const key = `${module.buildId ?? ''} ${module.path}`;
    let opened = this.modules.get(key);
    if (opened === undefined) {
      opened = openModule(module, this.options.symbolsDir);
      this.modules.set(key, opened);
    }
    return opened;
  }
}

function openModule(module: NativeModule, symbolsDir: string | undefined): Module {
  const { state, found } = findSymbols(module, symbolsDir);
  if (found === null) return { state, symbols: null };
  const symbols = ifReadable(() => new ModuleSymbols(found.file, found.tables));
  if (symbols === null) found.file.close();
  return symbols === null ? { state: 'unreadable', symbols } : { state, symbols };
}
