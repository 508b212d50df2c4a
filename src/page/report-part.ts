import { type Composition, largestFirst, PARTS } from '../model/composition.js';
import { OPTIONAL_SOURCE_MEANING, SOURCE_MEANING } from '../model/descriptions.js';
import { quantileSeconds } from '../model/histogram.js';
import { METRICS } from '../model/metrics.js';
import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { StageRow } from '../model/report.js';
import { OPTIONAL_SOURCE_NAMES, SOURCE_NAMES, type SourceState, type Sources, stateOf } from '../model/sources.js';
import { rankOf } from '../render/column-importance.js';
import { COLUMN_HEADINGS, type Column, type ColumnKey, columnsNamed } from '../render/columns.js';
import { shortCommand } from '../render/process-table.js';
import type { ReportView } from '../render/view.js';
import { count, inline, size } from '../text/format.js';
import type {
  CompositionData,
  HolderAmount,
  ModuleData,
  PageFinding,
  PageUnit,
  ReportPart,
  SourceData,
  StageColumn,
  ThreadData,
} from './page-data.js';

/** More rows make a page slow to open, and nobody reads them. */
const MOST_LINES = 4096;

/** The sections of a page that are made from a report. */
export function reportPart(view: ReportView): ReportPart {
  const { report, by, findings, worst } = view;
  const columns = columnsNamed([...COLUMN_HEADINGS.keys()], report, view.outside).filter(
    (column) => view.lines.length === 0 || view.lines.some(({ row }) => column.cell(row) !== null),
  );
  const firstKeys = firstColumns(view);
  const kindsOf = (row: StageRow) => (findings.get(row) ?? []).map(({ kind }) => kind);
  return {
    rowsAre: by ?? 'stages',
    isTree: by === undefined && view.sort === undefined,
    totalWallS: report.total_wall_s,
    columns: columns.map(({ key, heading }) => columnData(key, heading, givesWayOf(key, firstKeys, view))),
    lines: view.lines.slice(0, MOST_LINES).map(({ row, name, depth }) => ({
      stage: row.stage,
      name,
      depth,
      cells: columns.map((column) => cellNumber(column, row, report.total_wall_s)),
      findings: kindsOf(row),
    })),
    ends: view.ends.map(({ label, cell, findings: own }) => ({
      label,
      cells: columns.map((column) => {
        const quantity = cell(column);
        return quantity === null ? null : inline(quantity);
      }),
      findings: own.map(({ kind }) => kind),
    })),
    rowCount: report.stages.length,
    findings: findingsData(view, new Set(worst)),
    compositions: compositionsOf(report),
    processes: processesOf(view),
    threads: threadsOf(view),
    workers: workersOf(view),
    modules: modulesOf(view),
    sources: sourcesOf(report.sources),
    notes: view.notes
      .filter(({ key }) => !SHOWN_ELSEWHERE.has(key))
      .map(({ key, text, isAlarm }) => ({ key, text, ...(isAlarm ? { isAlarm } : {}) })),
  };
}

/** So many columns are shown at first: more are wider than most screens. */
const FIRST_COLUMNS = 13;

/** So many of them stay in a window that is too narrow: those that say how much and of what. */
const STAYING_COLUMNS = 6;

/** The columns of the table, the most important first; unless they were chosen, not all of them. */
function firstColumns({ columns, areColumnsChosen }: ReportView): readonly ColumnKey[] {
  const keys = columns.map(({ key }) => key);
  return areColumnsChosen ? keys : keys.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, FIRST_COLUMNS);
}

/** As `StageColumn` has it. */
function givesWayOf(key: ColumnKey, firstKeys: readonly ColumnKey[], { areColumnsChosen }: ReportView): number | null {
  const place = firstKeys.indexOf(key);
  if (place === -1) return null;
  return areColumnsChosen ? 0 : Math.max(0, place + 1 - STAYING_COLUMNS);
}

/** Notes of the table whose content is a picture or a table of the page. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(['memory', 'at peak', 'threads', 'workers']);

const SELF_OF: Readonly<Partial<Record<ColumnKey, NumberField>>> = {
  wall_s: 'wall_self_s',
  cpu_s: 'cpu_self_s',
  thread_cpu_s: 'thread_cpu_self_s',
  js_kb_alloc: 'js_kb_alloc_self',
  native_kb_alloc: 'native_kb_alloc_self',
};

const QUANTILES: Readonly<Record<string, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 };

function columnData(key: ColumnKey, heading: string, givesWay: number | null): StageColumn {
  const metric = METRICS.find(({ field }) => field === key);
  const q = QUANTILES[key];
  if (metric === undefined) {
    const description =
      q === undefined ? 'Elapsed time as a share of the total.' : `${q * 100} % of the calls took no longer.`;
    return {
      key,
      heading,
      unit: q === undefined ? 'share' : 'rough s',
      signed: false,
      description,
      givesWay,
      group: 'time',
      fold: null,
      self: null,
    };
  }
  const { unit, fold, group, description } = metric;
  return {
    key,
    heading,
    unit: unit as PageUnit,
    signed: fold === 'growth',
    description,
    givesWay,
    group,
    fold,
    self: SELF_OF[key] ?? null,
  };
}

/** The number behind a cell. A cell that the table leaves blank has none. */
function cellNumber(column: Column, row: StageRow, totalWallS: number): number | null {
  if (column.cell(row) === null) return null;
  const { key } = column;
  const q = QUANTILES[key];
  if (q !== undefined) {
    const seconds = quantileSeconds(row.wall_hist, q);
    return seconds === null ? null : rounded(Math.min(seconds, row.wall_max_s ?? seconds));
  }
  if (key === 'share') return row.wall_s === null ? null : rounded(row.wall_s / totalWallS);
  return isNumberField(key) ? row[key] : null;
}

function isNumberField(key: string): key is NumberField {
  return NUMBER_METRICS.some(({ field }) => field === key);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function findingsData({ findings }: ReportView, worst: ReadonlySet<unknown>): PageFinding[] {
  const all = [...findings.values()].flat().sort((a, b) => b.share - a.share);
  return all.map((finding) => {
    const { stage, kind, text, share } = finding;
    return { stage, kind, text, share: rounded(share), isWorst: worst.has(finding) };
  });
}

function compositionsOf({
  composition,
  composition_at_peak: peak,
}: {
  readonly composition: Composition | null;
  readonly composition_at_peak: Composition | null;
}): CompositionData[] {
  return [...compositionData(peak, 'at the peak'), ...compositionData(composition, 'at the end')];
}

/** So many of what modules have mapped, and of files, are named. */
const MOST_DETAILS = 6;

export function compositionData(composition: Composition | null, when: string): CompositionData[] {
  if (composition === null || composition.rss_kb === null) return [];
  const parts: HolderAmount[] = PARTS.map(({ part }) => ({ holder: part, kib: composition[part] ?? 0 }));
  parts.push({ holder: 'other_kb', kib: composition.other_kb ?? 0 });
  const details = [...largestFirst(composition.mapped_modules), ...largestFirst(composition.files)];
  return [
    {
      when,
      rss: composition.rss_kb,
      parts: parts.filter(({ kib }) => kib !== 0),
      details: details
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_DETAILS)
        .map(([holder, kib]) => ({ holder, kib })),
      ageS: composition.age_s ?? 0,
    },
  ];
}

function processesOf({ processes }: ReportView): ReportPart['processes'] {
  if (processes === null) return null;
  return {
    more: processes.more,
    lines: processes.lines.map(({ entry, depth }) => ({
      pid: entry.pid,
      depth,
      command: shortCommand(entry.command),
      exit: entry.exit === null ? '' : String(entry.exit),
      wall: entry.wall_s,
      cpu: entry.cpu_s,
      peak: entry.rss_kb_peak,
      stages: entry.stages,
      composition: compositionData(entry.composition, `process ${entry.pid}, at its end`)[0] ?? null,
    })),
  };
}

function threadsOf({ report: { threads } }: ReportView): ReportPart['threads'] {
  if (threads === undefined) return null;
  const lines = threads.groups.map(({ group, name, threads: number, cpu_s }): ThreadData => {
    const many = number === null ? '' : `${inline(count(number))} ${number === 1 ? 'thread' : 'threads'}`;
    return { name: name ?? group.replaceAll('_', ' '), detail: many, cpu: cpu_s, heap: null };
  });
  return { lines, note: threads.source.reason ?? '' };
}

function workersOf({ report: { worker_threads: workers } }: ReportView): ReportPart['workers'] {
  if (workers === undefined) return null;
  const lines = workers.threads.map(({ pid, thread, name, cpu_s, js_kb, js_kb_peak, stages }): ThreadData => {
    const peak = js_kb_peak === null ? '' : `, heap peak ${inline(size(js_kb_peak))}`;
    return {
      name: name ?? `thread ${thread}`,
      detail: `process ${pid}, thread ${thread}${stages ? ', has stages' : ''}${peak}`,
      cpu: cpu_s,
      heap: js_kb,
    };
  });
  return { lines, more: workers.more };
}

function modulesOf({ modules }: ReportView): ModuleData | null {
  if (modules === null) return null;
  const { names, lines, more } = modules;
  return {
    names,
    more,
    lines: lines.map(({ row }) => ({
      stage: row.stage,
      cells: names.map((name) => row.native_modules?.[name] ?? null),
    })),
  };
}

function sourcesOf(sources: Sources): SourceData[] {
  return [
    ...SOURCE_NAMES.map((name) => sourceData(name, SOURCE_MEANING[name], stateOf(sources, name))),
    ...OPTIONAL_SOURCE_NAMES.flatMap((name) => {
      const state = sources[name];
      return state === undefined ? [] : [sourceData(name, OPTIONAL_SOURCE_MEANING[name], state)];
    }),
  ];
}

function sourceData(name: string, meaning: string, state: SourceState): SourceData {
  const { truth, method, bound_kb, allocator, readings, skipped, reason } = state;
  const parts = [
    ...(method === null ? [] : [method]),
    ...(allocator === undefined ? [] : [`malloc is served by ${allocator}`]),
    ...(bound_kb === undefined ? [] : [`within ${inline(size(bound_kb))}`]),
    ...(readings === undefined || !skipped
      ? []
      : [`${inline(count(skipped))} of ${inline(count(readings + skipped))} readings skipped`]),
    ...(reason === undefined ? [] : [reason]),
  ];
  return { name: name.replaceAll('_', ' '), meaning, truth, how: parts.join('; ') };
}
