// C source of a library with chains of functions of many shapes, for test/programs/tracker/stacks/unwind_chain.cc.
import { seeded } from './random.js';

const CHAINS = 40;
const DEEPEST = 12;

/** @returns {string} the same for the same seed */
export function chainsSource(seed) {
  const random = seeded(seed);
  const below = (limit) => Math.floor(random() * limit);
  const functions = [];
  const starts = [];
  for (let chain = 0; chain < CHAINS; chain++) {
    const length = 1 + below(DEEPEST);
    const first = functions.length;
    for (let i = 0; i < length; i++) {
      const number = first + i;
      functions.push(functionOf(number, i === length - 1 ? null : number + 1, { below }));
    }
    starts.push(first);
  }
  return `#include <alloca.h>
#include <stdlib.h>
#include <string.h>
extern void take(void);
extern int called[], called_count;
extern volatile long sink;
volatile long sink;
#define FUNCTION __attribute__((noinline, noclone, visibility("default")))
#define ENTER(number) (called[called_count++] = (number))
#define LEAVE() (--called_count)
FUNCTION void end(long value) { sink += value; }
${functions.map((_, number) => `long f${number}(long a, long b, long c, long d, long e, long f, long g, long h);`).join('\n')}
${functions.toReversed().join('\n')}
__attribute__((visibility("default"))) const int chains = ${starts.length};
__attribute__((visibility("default"))) long start(long chain) {
  called_count = 0;
  switch (chain) {
${starts.map((first, chain) => `    case ${chain}: return f${first}(chain, 2, 3, 4, 5, 6, 7, 8) + 1;`).join('\n')}
  }
  return 0;
}
`;
}

function functionOf(number, next, { below }) {
  const args = Array.from({ length: 8 }, (_, i) => `${'abcdefgh'[i]} + ${below(9)}`).join(', ');
  const call = next === null ? '(take(), a)' : `f${next}(${args})`;
  const before = [];
  const after = [];
  const shapes = [
    () => before.push(`volatile char room[${8 + below(3000)}]; room[a & 7] = (char)b; sink += room[0];`),
    () => before.push(`char *more = alloca(16 + (a & 63)); memset(more, (int)b, 16); sink += more[3];`),
    () => before.push(`for (long i = 0; i < (a & 3); i++) { if (i == b) end(i); sink += i * c; }`),
    () =>
      before.push(
        `switch (a & 7) { case 0: sink += 3; break; case 3: end(b); break; case 5: sink ^= c; break; default: sink -= d; }`,
      ),
    () => before.push(`if (a == -12345) abort();`),
    () => before.push(`long kept[4] = {a, b, c, d}; end(kept[a & 3]);`),
    () => after.push(`if (value == 77) { end(value); value += h; }`),
    () => after.push(`for (long i = 0; i < (value & 3); i++) value += sink & 1;`),
    () => after.push(`value += a * e + b * f + c * g + d * h;`),
    () => after.push(`if (value == -54321) exit(3);`),
  ];
  for (let i = below(5); i > 0; i--) shapes[below(shapes.length)]();
  // Two variables of one name would not compile.
  const once = (lines) => [...new Map(lines.map((line) => [line.slice(0, 14), line])).values()];
  const isTail = next !== null && below(8) === 0;
  if (isTail) {
    // What it calls takes its place on the stack.
    return `FUNCTION long f${number}(long a, long b, long c, long d, long e, long f, long g, long h) {
  sink += a;
  return f${next}(a, b, c, d, e, f, g, h);
}`;
  }
  return `FUNCTION long f${number}(long a, long b, long c, long d, long e, long f, long g, long h) {
  ENTER(${number});
  ${once(before).join('\n  ')}
  long value = ${call};
  ${once(after).join('\n  ')}
  LEAVE();
  return value + a;
}`;
}
