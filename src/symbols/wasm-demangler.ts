import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { limitMemory } from './limited-memory.js';

/** 64 MiB. A short name can stand for a text of any length, because it refers to its own parts. */
const MOST_PAGES = 1024;

/** The global, which the types of Node leave to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/**
 * What the module exports. The package's own code for it is left out: it needs a flag of Node 20, and takes the memory of
 * its first instance for that of all. This is the interface of one version, so that `package.json` names exactly that.
 */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Returns the address and the length of a text, which the caller frees. */
  demangle_any(address: number, bytes: number): readonly [number, number];
  __wbindgen_malloc(bytes: number, alignment: number): number;
  __wbindgen_free(address: number, bytes: number, alignment: number): void;
  __wbindgen_start(): void;
}

/** The module keeps references to objects in a table. Texts are none. */
const IMPORTS = { './index_bg.js': { __wbindgen_init_externref_table() {} } };

/**
 * Gives the text of a mangled name. A name that is not known loses its first character.
 *
 * @throws {WebAssembly.RuntimeError} if the memory is too small for the text. After that, results are not to be trusted.
 */
export type Demangle = (name: string) => string;

/** @throws {Error} if the package is missing */
export function loadDemangler(): Demangle {
  const file = createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm');
  const wasm = limitMemory(readFileSync(file), MOST_PAGES);
  const exports = new WebAssembly.Instance(new WebAssembly.Module(wasm), IMPORTS).exports as Exports;
  exports.__wbindgen_start();
  return (name) => {
    const given = Buffer.from(name);
    // The function frees what it is given.
    const at = exports.__wbindgen_malloc(given.length, 1);
    given.copy(new Uint8Array(exports.memory.buffer), at);
    const [address, bytes] = exports.demangle_any(at, given.length);
    // As unsigned numbers, which they are. Memory that has grown is another buffer.
    const text = Buffer.from(exports.memory.buffer, address >>> 0, bytes >>> 0).toString();
    exports.__wbindgen_free(address, bytes, 1);
    return text;
  };
}
