const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const NO_MAXIMUM = 0;
const HAS_MAXIMUM = 1;

/**
 * A WebAssembly module whose memory cannot grow beyond a number of pages of 64 KiB. Unchanged if its memory has a maximum,
 * or is another module's.
 */
export function limitMemory(wasm: Uint8Array, pages: number): Uint8Array {
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const size = readUnsigned(wasm, at + 1);
    const end = size.end + size.value;
    if (wasm[at] === MEMORY_SECTION) {
      const count = readUnsigned(wasm, size.end);
      const kind = wasm[count.end];
      if (count.value !== 1 || kind !== NO_MAXIMUM) return wasm;
      const least = wasm.subarray(count.end + 1, end);
      const section = [...unsigned(1), HAS_MAXIMUM, ...least, ...unsigned(pages)];
      return Buffer.concat([
        wasm.subarray(0, at + 1),
        Uint8Array.from([...unsigned(section.length), ...section]),
        wasm.subarray(end),
      ]);
    }
    at = end;
  }
  return wasm;
}

/** LEB128, seven bits a byte. */
function readUnsigned(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let bit = 0; ; bit += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** bit;
    if (byte < 0x80) return { value, end: at };
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
