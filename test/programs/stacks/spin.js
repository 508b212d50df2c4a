/** Is busy for some milliseconds by a clock, in the function that calls it. */
export function spin(ms) {
  const end = performance.now() + ms;
  let sum = 0;
  while (performance.now() < end) for (let i = 0; i < 1000; i++) sum += Math.sqrt(i + (sum % 7));
  return sum;
}
