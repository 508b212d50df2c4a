/** What canvases are drawn with; taken from the style sheet, so that both change together. */
export interface Theme {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly accent: string;
  readonly mark: string;
  readonly isDark: boolean;
}

type Listener = () => void;
const listeners: Listener[] = [];

/** Called whenever what is drawn has to be drawn anew: another theme, or the page is printed. */
export function onRedraw(listener: Listener): void {
  listeners.push(listener);
}

export function redraw(): void {
  for (const listener of listeners) listener();
}

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: of('--text'),
    muted: of('--muted'),
    line: of('--line'),
    panel: of('--panel'),
    accent: of('--accent'),
    mark: of('--mark'),
    isDark: of('--is-dark') === '1',
  };
}

export const THEMES = ['auto', 'light', 'dark'] as const;

export function setTheme(name: string): void {
  if (name === 'auto') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', name);
  redraw();
}

export function watchTheme(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  matchMedia('print').addEventListener('change', redraw);
}

/** Calls back when an element has another width, not for its first one. */
export function onResize(element: Element, listener: (width: number) => void): void {
  let before = element.clientWidth;
  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width === before || width === 0) return;
    before = width;
    listener(width);
  }).observe(element);
}
