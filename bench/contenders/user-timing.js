// performance.mark and measure. Node keeps every entry until it is cleared, so a program that runs for hours must clear
// them. Here that happens after every 64 stages, while the buffer is still short.
const STAGES_PER_CLEAR = 64;

export function open() {
  const { performance } = globalThis;
  return {
    operationsPerRun: STAGES_PER_CLEAR,
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        for (let stage = 0; stage < STAGES_PER_CLEAR; stage++) {
          performance.mark('extract');
          performance.measure('extract', 'extract');
        }
        performance.clearMarks();
        performance.clearMeasures();
      }
    },
  };
}
