/** What Hatchet's `GraphFrame.from_caliper` makes of a json-split file. */
export interface HatchetProfile {
  /** Paths in the order of the nodes, parents first, with ` / ` between their steps. */
  readonly tree: readonly string[];
  /** By path; null is NaN. */
  readonly frame: ReadonlyMap<string, Readonly<Record<string, number | null>>>;
  readonly exclusive: readonly string[];
  readonly inclusive: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface JsonSplit {
  readonly data: readonly (readonly (number | null)[])[];
  readonly columns: readonly string[];
  readonly column_metadata: readonly { readonly is_value: boolean }[];
  readonly nodes: readonly { readonly label: string; readonly column: string; readonly parent?: number }[];
}

/**
 * Reads a profile by the steps of `hatchet/readers/caliper_reader.py` of LLNL Hatchet, in code of our own. Throws where
 * Hatchet would raise, invent a number or a name, or make a column that cannot be added up.
 */
export function readAsHatchet(text: string): HatchetProfile {
  const { data, columns, column_metadata, nodes, ...metadata } = JSON.parse(text) as JsonSplit &
    Record<string, unknown>;
  const path = columns.indexOf('path');
  hold(path !== -1, 'there is no hierarchy column');
  hold(columns.length === column_metadata.length, 'a column has no metadata');
  hold(new Set(columns).size === columns.length, 'two columns have one name');
  for (const { is_value } of column_metadata) hold(typeof is_value === 'boolean', 'is_value is compared with True');
  for (const row of data) hold(row.length === columns.length, 'a row has not as many values as there are columns');

  // Hatchet reads `self.json_data[idx][0]`, the first column of the row at the index of the node.
  hold(columns[0] === 'Node order', 'the order of the nodes is not first');
  hold(data.length === nodes.length, 'a node without a row gets 0 for all its metrics');
  const paths: string[] = [];
  nodes.forEach(({ label, column, parent }, index) => {
    hold(label !== '', 'a node without a label is named by Hatchet');
    hold(column === 'path', 'a node is of another hierarchy');
    hold(data[index]![0] === index && data[index]![path] === index, 'a row is not at the index of its node');
    hold(parent === undefined || (parent >= 0 && parent < index), 'a parent is not before its child');
    paths.push(parent === undefined ? label : `${paths[parent]} / ${label}`);
  });

  // Hatchet looks up among the nodes whatever is not a value. It drops the order later, but not from the list of metrics.
  const metrics = columns.filter((_, index) => column_metadata[index]!.is_value);
  hold(!metrics.includes('Node order') && !metrics.includes('path'), 'a metric is dropped from the frame');
  const frame = new Map(
    data.map((row, index) => [
      paths[index]!,
      Object.fromEntries(metrics.map((name) => [name, row[columns.indexOf(name)]!])),
    ]),
  );
  for (const name of metrics) {
    const values = [...frame.values()].map((row) => row[name]);
    hold(
      values.every((value) => value === null || Number.isFinite(value)) && values.some((value) => value !== null),
      `${name} would be a column of objects`,
    );
  }
  return {
    tree: paths,
    frame,
    exclusive: metrics.filter((name) => !name.includes('(inc)')),
    inclusive: metrics.filter((name) => name.includes('(inc)')),
    metadata,
  };
}

function hold(isRight: boolean, fault: string): void {
  if (!isRight) throw new Error(fault);
}
