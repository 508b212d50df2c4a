// Prints for each case which functions the stack of a block has, innermost first, and which it has to have:
// name, and the position of the parenthesis that begins the parameters, by a mark in this file.
const { readFileSync } = require('node:fs');
const vm = require('node:vm');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { take, call, watch } = require(process.env.ADDON);

const lines = readFileSync(__filename, 'utf8').split('\n');
function placeOf(mark) {
  const ofMark = new RegExp(`\\((?=/\\*@${mark}\\*/|\\) /\\*@${mark}\\*/)`);
  const line = lines.findIndex((text) => ofMark.test(text));
  return `${line + 1}:${ofMark.exec(lines[line]).index + 1}`;
}

const told = ({ name, url, line, column }) => `${name}|${url === __filename ? '' : url}|${line}:${column}`;
const here = (name, mark) => `${name}||${placeOf(mark)}`;
const functionsOf = (frames) => frames.filter((frame) => typeof frame === 'object').map(told);

// Its code sees no variables from here.
// biome-ignore lint/security/noGlobalEval: the functions shall have no file
const evaluate = (source) => globalThis.eval(source);
Object.assign(globalThis, { take });

const cases = {};

cases.declared = () => {
  function declared(/*@declared*/) {
    return take();
  }
  return [declared(), [here('declared', 'declared')]];
};
cases.anonymous = () => [[1].map((/*@anonymous*/) => take())[0], [here('', 'anonymous')]];
cases.assigned = () => {
  const assigned = (/*@assigned*/) => take();
  return [assigned(), [here('assigned', 'assigned')]];
};
cases.property = () => {
  const object = { inner: {} };
  object.inner.property = (/*@property*/) => take();
  return [object.inner.property(), [here('object.inner.property', 'property')]];
};
cases.methods = () => {
  class Shape {
    constructor(/*@constructor*/) {
      this.frames = take();
    }
    method(/*@method*/) {
      return new Shape().frames;
    }
    static still(/*@still*/) {
      return new Shape().method();
    }
    #hidden(/*@hidden*/) {
      return Shape.still();
    }
    get value() /*@value*/ {
      return this.#hidden();
    }
  }
  const names = [
    ['Shape', 'constructor'],
    ['method', 'method'],
    ['still', 'still'],
    ['#hidden', 'hidden'],
    ['get value', 'value'],
  ];
  return [new Shape().value, names.map(([name, mark]) => here(name, mark))];
};
cases.generator = () => {
  function* generated(/*@generated*/) {
    yield 1;
    yield take();
  }
  const generator = generated();
  generator.next();
  return [generator.next().value, [here('generated', 'generated')]];
};
cases.async = async () => {
  async function resumed(/*@resumed*/) {
    await null;
    return take();
  }
  return [await resumed(), [here('resumed', 'resumed')]];
};
cases.unicode = () => {
  function größe日本(/*@unicode*/) {
    return take();
  }
  const object = {
    '😀'(/*@emoji*/) {
      return größe日本();
    },
  };
  return [object['😀'](), [here('größe日本', 'unicode'), here('😀', 'emoji')]];
};
cases.long = () => {
  const ascii = 'a'.repeat(300);
  const twoBytes = 'é'.repeat(100);
  globalThis.inner = evaluate(`(function ${ascii}() { return take(); })`);
  const outer = evaluate(`(function x${twoBytes}() { return inner(); })`);
  const start = '(function '.length + 1;
  return [outer(), [`${'a'.repeat(80)}||1:${start + 300}`, `x${'é'.repeat(39)}||1:${start + 101}`]];
};
cases.evaluated = () => [evaluate('(function evaluated() { return take(); })')(), ['evaluated||1:20']];
cases.made = () => {
  const made = new Function('calls', '\nreturn calls();');
  const calls = (/*@calls*/) => take();
  return [made(calls), [here('calls', 'calls'), '||1:20']];
};
cases.sourceUrl = () => {
  const named = evaluate('\n(function named() { return take(); })\n//# sourceURL=made-up.js');
  return [named(), ['named|made-up.js|2:16']];
};
cases.context = () => {
  const context = vm.createContext({ take });
  const script = new vm.Script('\n(function inContext() { return take(); })()', {
    filename: '/else/where.js',
    lineOffset: 100,
    columnOffset: 7,
  });
  return [script.runInContext(context), ['inContext|/else/where.js|102:20', '|/else/where.js|101:8']];
};
cases.collected = () => {
  const source = '(function collected() { const keep = take(); return keep; })';
  const first = evaluate(source)();
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return [first, ['collected||1:20']];
};
cases.chain = () => {
  function innermost(/*@innermost*/) {
    return take();
  }
  const middle = (/*@middle*/) => call(innermost);
  function outer(/*@outer*/) {
    return call(middle);
  }
  return [call(outer), [here('innermost', 'innermost'), here('middle', 'middle'), here('outer', 'outer')]];
};
cases.bound = () => {
  function target(/*@target*/) {
    return take();
  }
  return [target.bind(null)(), [here('target', 'target')]];
};
cases.windows = () => {
  const script = new vm.Script('1;\r\n2;\r3;\u20284;\n(function afterEnds() { return take(); })', {
    filename: 'ends.js',
  });
  globalThis.take = take;
  return [script.runInThisContext()(), ['afterEnds|ends.js|5:20']];
};
cases.deep = () => {
  const down = (/*@deep*/ count) => (count === 0 ? take() : down(count - 1));
  return [down(20), Array.from({ length: 21 }, () => here('down', 'deep'))];
};
// By node itself: what stands in the source is all that is known of functions that no addon was called from.
cases.buffer = () => {
  function declares(/*@declares*/) {
    return Buffer.allocUnsafeSlow(8 << 20);
  }
  const assigns = (/*@assigns*/) => declares();
  class Holder {
    constructor(/*@holder*/) {
      this.bytes = assigns();
    }
    static make(/*@make*/) {
      return new Holder();
    }
    get made() /*@made*/ {
      return Holder.make();
    }
  }
  const stacks = watch(() => Holder.prototype.made);
  const stack = stacks.find((frames) => frames.some(({ name }) => name === 'declares')) ?? [];
  const names = [
    ['declares', 'declares'],
    ['assigns', 'assigns'],
    ['', 'holder'],
    ['make', 'make'],
    ['', 'made'],
  ];
  return [
    stack.slice(stack.findIndex(({ name }) => name === 'declares')),
    names.map(([name, mark]) => here(name, mark)),
  ];
};

async function results() {
  const found = {};
  for (const [name, run] of Object.entries(cases)) {
    const [frames, expected] = await run();
    const functions = functionsOf(frames).slice(0, expected.length);
    found[name] = { functions, expected };
  }
  return found;
}

(async () => {
  if (!isMainThread) return parentPort.postMessage(await results());
  const main = await results();
  const worker = await new Promise((resolve, reject) =>
    new Worker(__filename).on('message', resolve).on('error', reject),
  );
  process.stdout.write(JSON.stringify({ main, worker }));
})();
