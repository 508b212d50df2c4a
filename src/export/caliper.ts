import { quantileSeconds } from '../model/histogram.js';
import { ancestors } from '../model/label-path.js';
import type { Unit } from '../model/metrics.js';
import { NUMBER_METRICS, type NumberMetric } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';

/** Values of run metadata: what readers put into one cell of a table. */
export type CaliperMetadata = Readonly<Record<string, string | number | boolean | null>>;

interface Column {
  readonly name: string;
  readonly unit: Unit;
  readonly value: (row: StageRow) => number | null;
}

/** A step of a label. */
interface PathNode {
  readonly label: string;
  readonly children: PathNode[];
  /** Undefined for a step that no stage is named by. */
  row?: StageRow;
}

const UNITS: Partial<Record<Unit, string>> = { s: 'sec', KiB: 'KiB', count: 'count' };
/** What Hatchet shows where nothing else is asked for. */
const TIME = 'time';

/** Metadata that the format has names of its own for. */
const SECTIONS = ['data', 'columns', 'column_metadata', 'nodes'];

const COLUMNS: readonly Column[] = [
  ...NUMBER_METRICS.map(
    (metric): Column => ({ name: nameOf(metric), unit: metric.unit, value: (row) => row[metric.field] ?? null }),
  ),
  ...[50, 95, 99].map(
    (percent): Column => ({
      name: `wall_p${percent}_s (inc)`,
      unit: 's',
      value: ({ wall_hist }) => quantileSeconds(wall_hist, percent / 100),
    }),
  ),
];

/**
 * Caliper's json-split, one profile, for Hatchet and Thicket. A node is a step of a dotted label, so that the trees of
 * two runs have the same nodes whatever was entered in them; a step that is no stage has no calls, and null for all else.
 *
 * Hatchet takes a metric for inclusive where `(inc)` stands in its name, pairs `x` with `x (inc)`, and puts 0 where a node
 * has no row: so each has one, and null, which becomes NaN, is what was not measured. A column of nothing but null would
 * come out as objects: it is left out and named in the metadata. The first column is the order of the nodes, which
 * some of its versions demand and look up by the index of the node; as no value, because they drop it afterwards and
 * then miss it among the metrics.
 */
export function renderCaliper({ stages: entered, ...header }: Report, metadata: CaliperMetadata = {}): string {
  // A program without stages has one row all the same, and a reader wants a node at least.
  const stages = entered.length === 0 && header.program ? [header.program] : entered;
  const nodes: object[] = [];
  const rows: StageRow[] = [];
  // The order of a walk through the tree, parents first.
  const waiting = pathTree(stages).map((node) => ({ node, parent: undefined as number | undefined }));
  waiting.reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, parent } = next;
    const index = nodes.length;
    nodes.push({ label: node.label, column: 'path', ...(parent === undefined ? {} : { parent }) });
    rows.push(node.row ?? NO_CALLS);
    for (const child of node.children.toReversed()) waiting.push({ node: child, parent: index });
  }
  const isMeasured = ({ value }: Column) => rows.some((row) => value(row) !== null);
  const columns = COLUMNS.filter(isMeasured);
  const notMeasured = COLUMNS.filter((column) => !isMeasured(column)).map(({ name }) => name);
  const sections: Record<string, readonly unknown[]> = {
    columns: ['Node order', ...columns.map(({ name }) => name), 'path'],
    column_metadata: [
      { is_value: false },
      ...columns.map(({ unit }) => ({ is_value: true, 'attribute.unit': UNITS[unit] })),
      { is_value: false },
    ],
    nodes,
    data: rows.map((row, index) => [index, ...columns.map(({ value }) => value(row)), index]),
  };
  const all = { ...metadata, ...metadataOf(header), 'stageprof.not_measured': notMeasured.join(', ') };
  const lines = [
    ...Object.entries(sections).map(([name, items]) => `${JSON.stringify(name)}: ${itemLines(items)}`),
    ...Object.entries(all)
      .filter(([name]) => !SECTIONS.includes(name))
      .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`),
  ];
  return `{\n${lines.map((line) => `  ${line}`).join(',\n')}\n}\n`;
}

/** Counts are of the stage alone; so are self times, which have the name of their inclusive metric. */
function nameOf({ field, fold, share, slot }: NumberMetric): string {
  if (fold === 'count') return field;
  const whole = NUMBER_METRICS.find((other) => other.slot === slot && other.share === 'total');
  const name = slot === 'wall_ns' && share !== 'worst' ? TIME : field;
  if (share !== 'self' && share !== 'running') return `${name} (inc)`;
  if (name === TIME) return TIME;
  return whole === undefined ? field : whole.field;
}

const NO_CALLS = {
  stage: '',
  ...Object.fromEntries(NUMBER_METRICS.map(({ field, fold }) => [field, fold === 'count' ? 0 : null])),
  wall_hist: [],
  native_modules: null,
} as unknown as StageRow;

/** The outermost steps, in the order of the rows. */
function pathTree(rows: readonly StageRow[]): PathNode[] {
  const roots: PathNode[] = [];
  const byPath = new Map<string, PathNode>();
  const labels = new Set(rows.map(({ stage }) => stage));
  for (const row of rows) {
    let siblings = roots;
    let from = 0;
    let node: PathNode | undefined;
    for (const end of stepEnds(row.stage, labels)) {
      const path = row.stage.slice(0, end);
      node = byPath.get(path);
      if (node === undefined) {
        node = { label: row.stage.slice(from, end), children: [] };
        byPath.set(path, node);
        siblings.push(node);
      }
      siblings = node.children;
      from = end + 1;
    }
    node!.row = row;
  }
  return roots;
}

/**
 * Where the steps of a label end: its ancestors among the labels, and between two of them those without a row of their own.
 * None is empty, which Hatchet would name itself: `a..b` has the steps `a` and `.b`, or `a.` and `b` where that is a label.
 */
function stepEnds(label: string, labels: ReadonlySet<string>): number[] {
  const outermostFirst = [...ancestors(label, labels)].reverse();
  const ends: number[] = [];
  let from = 0;
  for (const path of [...outermostFirst, label]) {
    const last = path.length - 1;
    for (let dot = path.indexOf('.', from); dot !== -1; dot = path.indexOf('.', dot + 1)) {
      if (dot === from || dot === last) continue;
      ends.push(dot);
      from = dot + 1;
    }
    ends.push(path.length);
    from = path.length + 1;
  }
  return ends;
}

/** Members of members have dotted names; rows and lists are left out. */
function metadataOf({
  schema,
  sources,
  warnings,
  program: _,
  threads: __,
  ...others
}: Omit<Report, 'stages'>): CaliperMetadata {
  const flat = Object.entries(others).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([member, inner]) => [`${name}.${member}`, inner])
      : [[name, value]],
  );
  const states = Object.entries(sources).map(([name, { truth, method, reason }]) => [
    `sources.${name}`,
    [truth, method, reason].filter((part) => typeof part === 'string').join(', '),
  ]);
  return {
    'stageprof.schema': schema,
    ...Object.fromEntries(
      flat.filter(([, value]) => value === null || (value !== undefined && typeof value !== 'object')),
    ),
    warnings: warnings.join('; '),
    ...Object.fromEntries(states),
  };
}

function itemLines(items: readonly unknown[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
}
