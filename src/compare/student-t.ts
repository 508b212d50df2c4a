/** The probability that Student's t is at least so far from zero, on either side. @param df at least 1 */
export function twoSidedProbability(t: number, df: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** The value that |t| stays below with this probability. @param confidence more than 0 and less than 1 */
export function twoSidedQuantile(confidence: number, df: number): number {
  const outside = 1 - confidence;
  let low = 0;
  let high = 1;
  while (twoSidedProbability(high, df) > outside) high *= 2;
  // Bisection to the last bit is fast enough: a table has a thousand intervals at most.
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (twoSidedProbability(middle, df) > outside) low = middle;
    else high = middle;
  }
  return high;
}

/** The regularised incomplete beta function, by the continued fraction of DLMF 8.17.22. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on one side of the mean. The other side uses I(x, a, b) = 1 - I(1 - x, b, a).
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

const MOST_STEPS = 10_000;
const TINY = 1e-300;

/** Lentz's method, which keeps both recurrences away from zero. */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let step = 1; step < MOST_STEPS; step++) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / awayFromZero(1 + term * d);
      c = awayFromZero(1 + term / c);
      change = c * d;
      value *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Stirling's series for x of 10 and more; a smaller x is raised to that by recurrence. Absolute error below 1e-13. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
