// A loop that does nothing: what the process itself grows by.
export function open() {
  const state = { count: 0 };
  return {
    state,
    run(iterations) {
      for (let i = 0; i < iterations; i++) state.count++;
    },
  };
}
