/** Has collections run in JS functions, among objects that they move. To be run with --expose-gc. */
const kept = [];

function makes(count) {
  // Closures are young, so a collection moves those that run, too.
  const functions = Array.from({ length: count }, (_, index) => () => index);
  if (kept.length > 40) kept.splice(0, 20);
  kept.push(functions, new Map(functions.map((each, index) => [each, { index, text: `text ${index}` }])));
}

function collectsInside(depth) {
  const closure = () => {
    if (depth > 0) collectsInside(depth - 1);
    else globalThis.gc({ type: kept.length % 4 === 0 ? 'major' : 'minor' });
  };
  makes(200);
  closure();
}

for (let round = 0; round < 300; round++) collectsInside(round % 5);
