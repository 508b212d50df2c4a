import type { Report } from '../model/report.js';
import { escapeControls } from '../text/escape.js';
import { count, counted, inline, percent, size } from '../text/format.js';
import type { InputGrowth } from './input-growth.js';

/** A stage with half of the growth or more is named. */
const MOST = 0.5;

/** The line below the tables that names the leak of a corpus; empty where there is none. */
export function growthLine(
  growth: InputGrowth | null,
  report: Report,
  escaped: (text: string) => string = (text) => text,
): string {
  if (growth?.goesOn !== true || growth.later === null) return '';
  const { inputs, processes, later } = growth;
  const rate = inline(size(Math.round(later.slope), true));
  const explained =
    later.explained === null ? '' : `, which explains ${inline(percent(later.explained))} of its change`;
  const stage = growingStage(report, later.slope * inputs);
  const where = stage === undefined ? '' : `; most of it while ${escaped(escapeControls(stage))} was open`;
  const whose = `${inline(count(inputs))} inputs of ${counted(processes, 'process', 'processes')}`;
  return `\nresident memory grows ${rate} an input${explained} (${whose})${where}\n`;
}

/** The innermost stage with most of the growth: of those that have it, the one with the least besides. */
function growingStage({ stages }: Report, kib: number): string | undefined {
  const grown = stages.filter(({ rss_kb_delta }) => rss_kb_delta !== null && rss_kb_delta >= MOST * kib);
  return grown.sort((a, b) => a.rss_kb_delta! - b.rss_kb_delta! || b.stage.length - a.stage.length)[0]?.stage;
}

/** Members of the JSON. Slopes are KiB an input, rounded to bytes. */
export function growthMembers(growth: InputGrowth | null): object {
  if (growth === null) return {};
  const { inputs, processes, all, later, goesOn } = growth;
  return {
    growth_per_input: {
      inputs,
      processes,
      kb_per_input: rounded(all.slope),
      explained: all.explained === null ? null : rounded(all.explained),
      later_kb_per_input: later === null ? null : rounded(later.slope),
      later_explained: later === null || later.explained === null ? null : rounded(later.explained),
      goes_on: goesOn,
    },
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
