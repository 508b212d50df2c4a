import type { PageData } from '../page/page-data.js';
import { comparisonView } from './comparison-view.js';
import { compositionsView } from './composition-view.js';
import { choice, el, replaceChildren } from './dom.js';
import { failedInputs } from './failed-inputs.js';
import { findingsView } from './findings-view.js';
import { flameView } from './flame-view.js';
import { inputsView } from './inputs-view.js';
import { notesView } from './notes-view.js';
import { loadData } from './page-load.js';
import { processesView } from './processes-view.js';
import { sourcesView } from './sources-view.js';
import { stagesView } from './stages-view.js';
import { named, told } from './text.js';
import { setTheme, THEMES, watchTheme } from './theme.js';
import { timelinesView } from './timeline-view.js';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly element: HTMLElement;
  /** Draws what needs a width; called when the section is on the page. */
  readonly draw?: () => void;
}

/** Longer texts are no numbers, and take more room. */
const MIDDLING_FACT = 14;
const LONG_FACT = 24;

function widthOf(text: string): string {
  return text.length > LONG_FACT ? 'long' : text.length > MIDDLING_FACT ? 'middling' : '';
}

function sectionsOf({ story, report, timelines, flame, inputs, comparison }: PageData): Section[] {
  const sections: (Section | null)[] = [
    story.length === 0 ? null : { id: 'story', title: 'What happened', about: '', element: notesView(story) },
    comparison === null
      ? null
      : {
          id: 'comparison',
          title: 'Comparison',
          about: 'Both sides, the change, and how sure it is.',
          element: comparisonView(comparison),
        },
    report === null || report.rowsAre !== 'stages'
      ? null
      : {
          id: 'findings',
          title: 'Findings',
          about: 'What a person can act on, in words.',
          element: findingsView(report),
        },
    report === null || report.lines.length === 0
      ? null
      : {
          id: 'stages',
          title: report.rowsAre === 'stages' ? 'Stages' : 'Groups',
          about: 'Sort by a heading; choose a stage to see it in the pictures below.',
          element: stagesView(report),
        },
    memorySection(report, timelines),
    flame === null
      ? null
      : { id: 'stacks', title: 'Stacks', about: 'Sampled call stacks by stage. Wider is more.', ...flameView(flame) },
    inputsSection(inputs),
    processSection(report),
    report === null
      ? null
      : {
          id: 'sources',
          title: 'What is measured how',
          about: 'How far each number can be trusted.',
          element: sourcesView(report),
        },
  ];
  return sections.filter((section) => section !== null);
}

function memorySection(report: PageData['report'], timelines: PageData['timelines']): Section | null {
  const compositions = report?.compositions ?? [];
  if (timelines.length === 0 && compositions.length === 0) return null;
  const over = timelines.length === 0 ? null : timelinesView(timelines);
  return {
    id: 'memory',
    title: 'Memory',
    about:
      over === null
        ? 'Who held the resident set.'
        : 'Who held the resident set over time, with the stages that were open above it.',
    element: el('div', {}, over?.element, compositions.length === 0 ? null : compositionsView(compositions)),
    ...(over === null ? {} : { draw: over.draw }),
  };
}

function inputsSection(inputs: PageData['inputs']): Section | null {
  if (inputs === null) return null;
  const section = { id: 'inputs', title: 'Inputs' };
  if (inputs.columns.length === 0)
    return { ...section, about: 'The inputs of the corpus that failed.', element: failedInputs(inputs) };
  const about = 'Every input of the corpus, and those that are far from the others.';
  return { ...section, about, ...inputsView(inputs) };
}

function processSection(report: PageData['report']): Section | null {
  const element = report === null ? null : processesView(report);
  return element === null
    ? null
    : { id: 'processes', title: 'Processes and threads', about: 'Who used what.', element };
}

function pageElements({ command, title, facts, writer }: PageData, sections: readonly Section[]): HTMLElement[] {
  return [
    el(
      'header',
      {},
      el(
        'div',
        { class: 'bar-top' },
        el('span', { class: 'mark' }, el('b', {}, 'stageprof'), ` ${command}`),
        choice(
          'Colours of the page',
          THEMES.map((name) => [name, name] as const),
          'auto',
          setTheme,
        ),
      ),
      el('h1', {}, named(title)),
      el(
        'dl',
        { class: 'facts' },
        facts.map(({ name, text }) =>
          el('div', { class: widthOf(text) }, el('dt', {}, name), el('dd', {}, named(text))),
        ),
      ),
    ),
    el(
      'nav',
      { class: 'sections', attributes: { 'aria-label': 'Sections' } },
      sections.map(({ id, title: name }) => el('a', { href: `#${id}` }, name)),
    ),
    el(
      'div',
      {},
      sections.map(({ id, title: name, about, element }) =>
        el(
          'section',
          { id, attributes: { 'aria-labelledby': `${id}-title` } },
          el('h2', { id: `${id}-title` }, name),
          about === '' ? null : el('p', { class: 'about' }, about),
          element,
        ),
      ),
    ),
    el('footer', {}, `Written by ${told(writer)}. This file needs no network and sends nothing.`),
  ];
}

async function show(): Promise<void> {
  const page = document.getElementById('page')!;
  const began = performance.now();
  try {
    const data = await loadData(document.getElementById('data')!);
    const parsed = performance.now();
    document.title = `${told(data.title).slice(0, 120)} · stageprof`;
    const sections = sectionsOf(data);
    replaceChildren(page, pageElements(data, sections));
    watchTheme();
    for (const { draw } of sections) draw?.();
    // The next frame has what was drawn.
    requestAnimationFrame(() => {
      page.dataset.parsedMs = (parsed - began).toFixed(1);
      page.dataset.drawnMs = (performance.now() - began).toFixed(1);
      page.dataset.state = 'drawn';
    });
  } catch (error) {
    replaceChildren(
      page,
      el('p', { class: 'failed', role: 'alert' }, `This page cannot be shown: ${told(String(error))}`),
    );
    page.dataset.state = 'failed';
  }
}

void show();
