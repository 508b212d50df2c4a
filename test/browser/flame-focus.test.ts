import { beforeEach, describe, expect, test } from 'vitest';
import { FlameFocus } from '../../src/browser/flame-focus.js';
import { FlameModel } from '../../src/browser/flame-model.js';
import { stepFrom } from '../../src/browser/flame-steps.js';
import { partOf } from '../support/flame-tree.js';

const CPU = partOf(
  `
0 [grown] -: 0, 0
  1 f /f.js: 30, 10
    1 g /g.js: 5, 6
0 [grown.part] -: 0, 0
  1 g /g.js: 2, 2
0 [removed] -: 0, 0
  1 g /g.js: 0, 50
0 [added] -: 0, 0
  1 g /g.js: 4, 0
  1 f /f.js: 3, 0
`,
  true,
);
const [GROWN, F, G, , , REMOVED, OLD, ADDED, NEW] = CPU.nodes.keys() as unknown as number[];
/** Native memory, which only the added stage has. */
const LIVE = { ...CPU.types[0]!, type: 'live' as const, self: CPU.nodes.map((_, node) => (node === NEW ? 7 : 0)) };

let model: FlameModel;
let focus: FlameFocus;
beforeEach(() => {
  model = new FlameModel({ ...CPU, types: [CPU.types[0]!, { ...LIVE, base: LIVE.self.map(() => 0) }] });
  focus = new FlameFocus(model);
});

describe('what a flame graph is of', () => {
  test('is a stage of the chosen side, also one that the other lacks', () => {
    expect(focus.stages).toEqual(['grown', 'added', 'grown.part']);
    expect(focus.chooseStage('removed')).toBe(false);
    expect(focus.stage).toBe('');
    focus.chooseSide(true);
    expect(focus.stages).toEqual(['removed', 'grown', 'grown.part']);
    expect(focus.chooseStage('removed')).toBe(true);
    expect(focus.view).toEqual([REMOVED]);
  });

  test.each([
    ['side', () => focus.chooseSide(true)],
    ['type', () => focus.chooseType(1)],
  ])('is all stages again where the chosen one has no width after a change of %s', (what, change) => {
    focus.chooseStage(what === 'side' ? 'added' : 'grown');
    change();
    expect(focus.stage).toBe('');
    expect(focus.view).toEqual(model.roots);
  });

  test('stays where it has a width on the other side', () => {
    focus.chooseStage('grown');
    focus.zoom(G!);
    focus.chooseSide(true);
    expect([focus.stage, focus.zoomed]).toEqual(['grown', G]);
    focus.chooseStage('removed');
    focus.zoom(OLD!);
    focus.chooseSide(false);
    expect([focus.stage, focus.zoomed]).toEqual(['', null]);
  });

  test('is among the stages to choose from, even if only those below it have stacks', () => {
    const only = new FlameFocus(new FlameModel(partOf('0 [a.b] -: 1\n0 [c] -: 2')));
    expect(only.chooseStage('a')).toBe(true);
    expect(only.stages).toEqual(['a', 'c', 'a.b']);
  });

  test('goes to a node and back by its callers', () => {
    focus.zoom(G!);
    focus.zoomOut();
    expect(focus.zoomed).toBe(F);
    focus.zoomOut();
    expect(focus.zoomed).toBe(GROWN);
    focus.zoomOut();
    expect(focus.zoomed).toBeNull();
    focus.chooseStage('added');
    focus.zoom(ADDED!);
    expect(focus.zoomed).toBeNull();
  });
});

test('arrows lead to callees, callers and siblings that are drawn', () => {
  const { boxes } = model.layout(model.rootsOf(''), 600);
  const top = boxes[0]!.node;
  expect(stepFrom(GROWN!, 'ArrowDown', model, boxes)).toBe(F);
  expect(stepFrom(F!, 'ArrowDown', model, boxes)).toBe(G);
  expect(stepFrom(G!, 'ArrowDown', model, boxes)).toBe(G);
  expect(stepFrom(G!, 'ArrowUp', model, boxes)).toBe(F);
  expect(stepFrom(NEW!, 'ArrowRight', model, boxes)).toBe(NEW! + 1);
  expect(stepFrom(NEW! + 1, 'ArrowLeft', model, boxes)).toBe(NEW);
  expect(stepFrom(NEW!, 'ArrowLeft', model, boxes)).toBe(NEW);
  expect(stepFrom(REMOVED!, 'ArrowDown', model, boxes)).toBe(top);
  expect(stepFrom(-1, 'ArrowUp', model, boxes)).toBe(-1);
  expect(stepFrom(GROWN!, 'Enter', model, boxes)).toBeNull();
});
