import { ancestors } from '../model/label-path.js';
import type { Unit } from '../model/metrics.js';
import { NUMBER_METRICS, type NumberMetric } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { QUANTILE_FIELDS } from '../render/quantile-fields.js';

/** Run metadata. A reader puts each value into one cell of a table. */
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
  /** Undefined if no stage has this path. */
  row?: StageRow;
}

const UNITS: Partial<Record<Unit, string>> = { s: 'sec', KiB: 'KiB', count: 'count' };
/** The metric that Hatchet shows by default. */
const TIME = 'time';

/** The format uses these names itself, so metadata cannot have them. */
const SECTIONS = ['data', 'columns', 'column_metadata', 'nodes'];

const COLUMNS: readonly Column[] = [
  ...NUMBER_METRICS.map(
    (metric): Column => ({ name: nameOf(metric), unit: metric.unit, value: (row) => row[metric.field] ?? null }),
  ),
  ...QUANTILE_FIELDS.map(({ field, secondsOf }): Column => ({ name: `${field} (inc)`, unit: 's', value: secondsOf })),
];

/**
 * Caliper's json-split, one profile, for Hatchet and Thicket. A node is a step of a dotted label, so that the trees of
 * two runs have the same nodes whichever stages were entered. A step that is no stage has no calls, and null for
 * everything else.
 *
 * Hatchet takes a metric for inclusive if its name contains `(inc)`, and pairs `x` with `x (inc)`. It puts 0 where a
 * node has no row, so each node has one, in which null, which becomes NaN, stands for what was not measured. A column
 * of nothing but null would come out as objects, so it is left out and named in the metadata. The first column is the
 * order of the nodes: some versions demand this column and look it up by the index of the node. It is not marked as a
 * value, because these versions drop the column afterwards and would then miss it among the metrics.
 */
export function renderCaliper({ stages: entered, ...header }: Report, metadata: CaliperMetadata = {}): string {
  // A reader needs at least one node. Without stages, that is the program.
  const stages = entered.length === 0 && header.program ? [header.program] : entered;
  const nodes: object[] = [];
  const rows: StageRow[] = [];
  // Parents come before their children.
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

/** A count is of the stage alone. So is a self time, which gets the name of its inclusive metric without `(inc)`. */
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
  native_live_modules: null,
  growth_by_octave: null,
} as unknown as StageRow;

/** The outermost nodes, in the order of the rows. */
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
 * The positions in a label at which its steps end: the ends of its ancestors among the labels, and between two of them
 * the dots. No step is empty, because Hatchet would give it a name of its own: `a..b` has the steps `a` and `.b`, or
 * `a.` and `b` if `a.` is a label.
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

/** A member of a member gets a dotted name. Rows and lists are left out. */
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
