import { CHART_FONT } from './charts.js';
import { told } from './text.js';
import type { Theme } from './theme.js';
import type { Lane } from './timeline-model.js';

const LANE_PIXELS = 17;
const LEAST_PIXELS = 1.5;

export interface LanesPlace {
  readonly t: readonly number[];
  /** The time that is shown, in seconds. */
  readonly from: number;
  readonly to: number;
  /** As far as the chart below is from the edges. */
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly theme: Theme;
}

/** One lane a stage, with bars where it was open. They stand exactly above the chart. */
export function paintLanes(canvas: HTMLCanvasElement, lanes: readonly Lane[], place: LanesPlace): void {
  const { t, from, to, left, right, width, theme } = place;
  const height = lanes.length * LANE_PIXELS;
  const scale = devicePixelRatio || 1;
  canvas.hidden = lanes.length === 0;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.style.setProperty('width', `${width}px`);
  canvas.style.setProperty('height', `${height}px`);
  const context = canvas.getContext('2d');
  if (context === null || !(to > from)) return;
  context.scale(scale, scale);
  context.font = CHART_FONT;
  context.textBaseline = 'middle';
  const plotWidth = width - left - right;
  const xOf = (seconds: number) => left + ((seconds - from) / (to - from)) * plotWidth;
  lanes.forEach((lane, row) => {
    const top = row * LANE_PIXELS;
    context.fillStyle = theme.line;
    context.fillRect(left, top + LANE_PIXELS - 1, plotWidth, 0.5);
    context.fillStyle = theme.accent;
    context.globalAlpha = Math.max(0.35, 0.8 - 0.15 * lane.depth);
    context.save();
    context.beginPath();
    context.rect(left, top, plotWidth, LANE_PIXELS);
    context.clip();
    for (let at = 0; at + 1 < lane.spans.length; at += 2) {
      const begin = xOf(t[lane.spans[at]!]!);
      const next = Math.min(t.length - 1, lane.spans[at + 1]! + 1);
      context.fillRect(begin, top + 3, Math.max(LEAST_PIXELS, xOf(t[next]!) - begin), LANE_PIXELS - 7);
    }
    context.restore();
    context.globalAlpha = 1;
    paintLabel(context, told(lane.stage), left + 4 + lane.depth * 8, top + LANE_PIXELS / 2 - 0.5, theme);
  });
}

const LONGEST_LABEL = 60;

function paintLabel(context: CanvasRenderingContext2D, text: string, x: number, y: number, theme: Theme): void {
  const shown = text.length > LONGEST_LABEL ? `…${text.slice(1 - LONGEST_LABEL)}` : text;
  // A bar below it would hide it.
  context.fillStyle = theme.panel;
  context.globalAlpha = 0.86;
  context.fillRect(x - 3, y - 7, context.measureText(shown).width + 6, 14);
  context.globalAlpha = 1;
  context.fillStyle = theme.text;
  context.fillText(shown, x, y);
}
