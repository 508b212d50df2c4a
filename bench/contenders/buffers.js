// Buffers that come and go, as when whole files are read: 4 KiB to 1 MiB, zeroed or not, a few of them live at a time.
const LEAST_BYTES = 4096;
/** How many sizes there are; each is double the one before. */
const SIZES = 9;
const LIVE = 16;

export function open() {
  const live = new Array(LIVE).fill(null);
  return {
    live,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const bytes = LEAST_BYTES << (i % SIZES);
        const buffer = i % 2 === 0 ? Buffer.allocUnsafeSlow(bytes) : Buffer.alloc(bytes);
        buffer[bytes - 1] = 1;
        live[i % LIVE] = buffer;
      }
    },
  };
}
