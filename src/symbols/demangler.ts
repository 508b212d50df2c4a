import { type Demangle, loadDemangler } from './wasm-demangler.js';

/** The schemes of C++ by Itanium's ABI and of older Rust, and the present one of Rust. */
const MANGLED = /^_[ZR]/;

/** In characters. Names of C++ that compilers made of templates have up to 7,000 in node and DuckDB. */
const LONGEST = 2 ** 16;
/** How many characters longer names may have together before no further name is tried. */
const MOST_WASTED = 2 ** 22;

/** Makes names of the linker into those of the source. What it needs is loaded for the first mangled name. */
export class Demangler {
  /** What was demangled, so that no name is demangled twice. */
  private readonly names = new Map<string, string>();
  private demangle: Demangle | undefined;
  private wasted = 0;
  private hasFailed = false;

  /** The name itself if it is not mangled, or cannot be demangled. */
  nameOf(symbol: string): string {
    if (!MANGLED.test(symbol)) return symbol;
    let name = this.names.get(symbol);
    if (name === undefined) {
      name = this.demangled(symbol);
      this.names.set(symbol, name);
    }
    return name;
  }

  private demangled(symbol: string): string {
    if (this.hasFailed) return symbol;
    try {
      this.demangle ??= loadDemangler();
      const name = this.demangle(symbol);
      if (name.length <= LONGEST) return name === symbol.slice(1) ? symbol : name;
      this.wasted += name.length;
      this.hasFailed = this.wasted > MOST_WASTED;
    } catch {
      // The package is missing, or the memory was too small for a name. Both would be so for further names.
      this.hasFailed = true;
    }
    return symbol;
  }
}
