// The data of pages of any size, with a fixed course of random numbers: for the tests of the page, and for bench/page.js.

/** Numbers from 0 to 1 that are the same in each run. */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const HOLDERS = [
  'js_heap_kb',
  'buffers_kb',
  'native_kb',
  'allocator_free_kb',
  'mapped_kb',
  'files_kb',
  'code_kb',
  'stacks_kb',
  'other_kb',
];

/** @param seconds as many readings as a recorder keeps of so long a run */
export function largeTimeline(seconds, { stages = 30, points = 1024 } = {}) {
  const random = randomNumbers(3);
  const t = Array.from({ length: points }, (_, at) => Math.round((at * seconds * 1000) / points) / 1000);
  const holders = HOLDERS.map((holder, index) => {
    let kib = 20_000 * (index + 1);
    return {
      holder,
      kib: t.map(() => {
        kib = Math.max(1000, kib + (random() - 0.48) * 6000);
        return Math.round(kib);
      }),
    };
  });
  return {
    name: '4711 node corpus.js',
    startMs: Date.UTC(2026, 10, 30, 8),
    t,
    rss: t.map((_, at) => holders.reduce((sum, { kib }) => sum + kib[at], 0)),
    holders,
    cpu: t.map(() => Math.round(random() * 2000) / 1000),
    stages: stageNames(stages).map((stage) => {
      const spans = [];
      for (let at = Math.floor(random() * 20); at < points; ) {
        const end = Math.min(points - 1, at + Math.floor(random() * 12));
        spans.push(at, end);
        at = end + 2 + Math.floor(random() * 30);
      }
      return { stage, spans };
    }),
    note: `${points} points of some ${seconds * 10} readings: of each the highest and the lowest resident set.`,
  };
}

export function stageNames(count) {
  return Array.from({ length: count }, (_, index) =>
    index % 5 === 0 ? `step${index}` : `step${index - (index % 5)}.part${index}`,
  );
}

/** @param packValue that of src/page/packed-value.ts */
export function largeInputs(count, packValue, { stages = 30 } = {}) {
  const random = randomNumbers(7);
  const skewed = () => Math.exp(3 * (random() + random() + random() - 1.5));
  const digits = (value) => Number(value.toPrecision(4));
  const sizes = Array.from({ length: count }, skewed);
  const column = (key, heading, unit, scale, description = `${heading} of the input.`) => ({
    key,
    heading,
    unit,
    description,
    values: sizes.map((size) => digits(scale * size * (0.7 + 0.6 * random()))),
  });
  const labels = stageNames(stages);
  const columns = [
    column('wall_s', 'wall', 's', 0.8),
    column('cpu_s', 'CPU', 's', 0.6),
    column('gc_s', 'gc', 's', 0.05),
    column('rss_kb_peak_max', 'rss peak', 'KiB', 90_000),
    column('rss_kb_added', 'rss added', 'KiB', 30_000),
    column('js_kb_peak_max', 'js peak', 'KiB', 12_000),
    column('js_kb_alloc', 'js alloc', 'KiB', 80_000),
    column('native_kb_peak_max', 'native peak', 'KiB', 40_000),
    column('native_kb_alloc', 'native alloc', 'KiB', 300_000),
  ];
  const numbers = Object.fromEntries(columns.map(({ key, values }) => [key, values]));
  return {
    names: Array.from(
      { length: count },
      (_, index) => `corpus/shard-${index % 40}/package-${(index * 7919) % 99991}.tar.gz`,
    ),
    files: ['results'],
    file: Array(count).fill(0),
    line: Array.from({ length: count }, (_, index) => index + 1),
    errors: ['', 'timeout'],
    error: sizes.map(() => (random() < 0.002 ? 1 : 0)),
    columns,
    stages: {
      labels,
      metrics: [
        ['wall_s', 'wall', 's', 0.05],
        ['rss_kb_peak_max', 'rss peak', 'KiB', 90_000],
      ].map(([key, heading, unit, scale]) => ({
        key,
        heading,
        unit,
        packed: labels.map(() =>
          sizes.map((size, input) => packValue(scale * size * (0.6 + 0.8 * random()), numbers[key][input])),
        ),
      })),
    },
    total: count,
    notes: [],
  };
}

/** A tree of so many frames, in stages, of CPU and of native memory. */
export function largeFlame(count, { stages = 30, base = false } = {}) {
  const random = randomNumbers(11);
  const texts = [];
  const frames = [];
  const frame = (name, where, kind) => {
    texts.push(name, where);
    frames.push(texts.length - 2, texts.length - 1, kind);
    return frames.length / 3 - 1;
  };
  const labels = stageNames(stages);
  const roots = labels.map((stage) => frame(`[${stage}]`, '', 0));
  const functions = Array.from({ length: Math.min(8000, count) }, (_, index) =>
    frame(
      `function_${index}`,
      `/srv/app/node_modules/library-${index % 97}/lib/file-${index % 531}.js:${(index * 13) % 900}`,
      1 + (index % 4),
    ),
  );
  const parents = roots.map(() => 0);
  const nodes = [...roots];
  const self = roots.map(() => 0);
  // In the order of a walk: a chain that goes down and comes up again.
  let path = [];
  for (let node = roots.length; node < count; node++) {
    if (path.length === 0 || random() < 0.02) path = [Math.floor(random() * roots.length)];
    path.length = Math.max(1, path.length - Math.floor(random() * random() * 8));
    const parent = path.at(-1);
    parents.push(node - parent);
    nodes.push(functions[Math.floor(random() * functions.length)]);
    self.push(Math.round(Math.exp(14 * random())));
    path.push(node);
    if (path.length > 90) path.length = 20;
  }
  const other = () => self.map((value) => Math.round(value * 2 * random()));
  return {
    texts,
    frames,
    parents,
    nodes,
    types: [
      { type: 'cpu', title: 'CPU', unit: 'ns', self: self.map((value) => value * 1000), base: base ? other() : null },
      { type: 'live', title: 'native, live at the end', unit: 'bytes', self: other(), base: base ? other() : null },
    ],
    words: [
      { key: 'cpu', text: 'step0.part1 · 61 % ± 3 of 12.4 s · function_1 file-1.js:13 < function_2 file-2.js:26' },
    ],
    notes: [],
  };
}

const COLUMNS = [
  ['calls', 'calls', 'count', 'count', 'time', null],
  ['wall_s', 'wall', 's', 'flow', 'time', 'wall_self_s'],
  ['wall_self_s', 'self', 's', 'flow', 'time', null],
  ['share', 'share', 'share', null, 'time', null],
  ['cpu_s', 'cpu', 's', 'flow', 'cpu', 'cpu_self_s'],
  ['cpu_self_s', 'cpu_self_s', 's', 'flow', 'cpu', null],
  ['js_kb_delta', 'js', 'KiB', 'growth', 'js', null],
  ['native_kb_delta', 'native', 'KiB', 'growth', 'native', null],
  ['rss_kb_delta', 'rss', 'KiB', 'growth', 'rss', null],
  ['rss_kb_peak_max', 'rss peak', 'KiB', 'peak', 'rss', null],
];

/** The last of them leaves a narrow window first. */
const GIVE_WAY = ['native_kb_delta', 'share', 'wall_self_s'];

export function largeReport(stages = 30) {
  const random = randomNumbers(5);
  const names = stageNames(stages);
  return {
    rowsAre: 'stages',
    isTree: true,
    totalWallS: 3600,
    columns: COLUMNS.map(([key, heading, unit, fold, group, self]) => ({
      key,
      heading,
      unit,
      signed: fold === 'growth',
      description: `What ${heading} is.`,
      givesWay: GIVE_WAY.indexOf(key) === -1 ? (key === 'cpu_self_s' ? null : 0) : GIVE_WAY.indexOf(key) + 1,
      group,
      fold,
      self,
    })),
    lines: names.map((stage) => ({
      stage,
      name: stage.slice(stage.lastIndexOf('.') + 1),
      depth: stage.includes('.') ? 1 : 0,
      cells: COLUMNS.map(
        ([, , unit, fold]) =>
          Math.round((fold === 'growth' ? random() - 0.3 : random()) * (unit === 'KiB' ? 300_000 : 900)) /
          (unit === 's' ? 3 : 1),
      ),
      findings: random() < 0.2 ? ['native-growth'] : [],
    })),
    ends: [
      { label: '(outside any stage)', cells: COLUMNS.map(() => null), findings: [] },
      { label: 'total', cells: COLUMNS.map(() => '1'), findings: [] },
    ],
    rowCount: stages,
    findings: [
      {
        stage: names[1],
        kind: 'native-growth',
        text: 'live native memory grew by 1.2 GiB in 10,000 calls, and did not stop; look at the stacks of what lives.',
        share: 0.61,
        isWorst: true,
      },
      {
        stage: names[2],
        kind: 'waiting',
        text: '1,200 s of its own 1,900 s without CPU (disk, network, locks); fetch ahead, or run more at once.',
        share: 0.34,
        isWorst: true,
      },
    ],
    compositions: [
      {
        when: 'at the peak',
        rss: 1_240_000,
        parts: HOLDERS.map((holder, index) => ({ holder, kib: 20_000 * (index + 1) })),
        details: [{ holder: 'lmdb.node', kib: 80_000 }],
        ageS: 0,
      },
    ],
    processes: null,
    threads: null,
    workers: null,
    modules: null,
    sources: [{ name: 'native', meaning: 'Live and allocated native blocks.', truth: 'exact', how: 'tracker' }],
    notes: [{ key: 'warning', text: 'a word of warning', isAlarm: true }],
  };
}

/** @param size what is left out is not on the page */
export function largePage({ inputs = 0, hours = 0, frames = 0, stages = 30, base = false }, packValue) {
  return {
    command: 'map',
    title: 'node corpus.js',
    facts: [
      { name: 'elapsed', text: '1.00 h' },
      { name: 'CPU', text: '1.42 h' },
    ],
    report: largeReport(stages),
    timelines: hours > 0 ? [largeTimeline(hours * 3600, { stages })] : [],
    flame: frames > 0 ? largeFlame(frames, { stages, base }) : null,
    inputs: inputs > 0 ? largeInputs(inputs, packValue, { stages }) : null,
  };
}
