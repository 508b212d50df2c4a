import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/index.js';
import { PROGRAM } from '../../src/model/report.js';
import { postmortemContent } from '../../src/page/postmortem-content.js';
import { type MeasuredProgram, programContent } from '../../src/page/run-content.js';
import { BufferBytes } from '../../src/recorder/file-bytes.js';
import { type ProcessEnd, postmortemOf } from '../../src/recorder/postmortem.js';
import { readRecorder } from '../../src/recorder/reader.js';
import { sampleRecorders } from '../recorder/fuzz.js';

const recording = readRecorder(new BufferBytes(sampleRecorders()[0]!));
const found = postmortemOf(recording);
const AT_MS = Date.UTC(2026, 10, 30, 12, 0, 1);

function factsOf(command: MeasuredProgram['command'], report: Report): Map<string, string> {
  const content = programContent({
    command,
    title: 'node app.js',
    report,
    stacks: null,
    timelines: [],
    exit: command === 'run' ? 0 : null,
    atMs: AT_MS,
  });
  return new Map(content.facts.map(({ name, text }) => [name, text]));
}

describe('the head of a page says of a process', () => {
  test('when it ended, under run', () => {
    const facts = factsOf('run', found.report);
    expect(facts.get('ended')).toBe('2026-11-30 12:00:01 UTC');
    expect(facts.get('stages')).toBe(String(found.report.stages.length));
  });

  test('when it was last seen, under attach; the row of the program is no stage', () => {
    const facts = factsOf('attach', { ...found.report, stages: [{ ...found.report.stages[0]!, stage: PROGRAM }] });
    expect(facts.get('last seen')).toBe('2026-11-30 12:00:01 UTC');
    expect([...facts.keys()]).not.toContain('ended');
    expect([...facts.keys()]).not.toContain('stages');
  });

  test.each<[Omit<ProcessEnd, 'pid'>, string]>([
    [{ running: true, recorder: 'open' }, 'last seen'],
    [{ running: true, recorder: 'closed' }, 'last seen'],
    [{ running: false, recorder: 'open' }, 'ended'],
    [{ running: null, recorder: 'open' }, 'last seen'],
    [{ running: null, recorder: 'closed' }, 'ended'],
  ])('by its recorder and its process, %o: %s', (process, name) => {
    const end = { ...found, process: { ...process, pid: 1 }, last: { ...found.last, at_ms: AT_MS } };
    const { facts } = postmortemContent(end, recording, null, AT_MS);
    expect(facts.filter(({ text }) => text.endsWith('UTC')).map((fact) => fact.name)).toEqual([name]);
  });
});
