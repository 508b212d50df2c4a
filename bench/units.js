export function ratioText(ratio) {
  if (ratio >= 100) return ratio.toFixed(0);
  return ratio.toFixed(3);
}

export function nanoseconds(ns) {
  if (Math.abs(ns) >= 1e6) return `${(ns / 1e6).toFixed(2)} ms`;
  return `${ns.toFixed(Math.abs(ns) < 100 ? 1 : 0)} ns`;
}
