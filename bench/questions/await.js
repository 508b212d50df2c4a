const BARE = 'not followed';
const STORE = 'with a store';
const TURNS = 'two in turn, not followed';

/** These versions of Node follow contexts themselves, without tracking promises; see docs/async.md. */
const hasFrames = Number(process.versions.node.split('.')[0]) >= 24;

const contender = (name, form, baseline = BARE) => ({ name, module: 'await', options: { form }, baseline });

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does exact attribution cost an await?',
  operation: 'await',
  kind: 'time',
  contenders: [
    contender(BARE, 'bare'),
    contender(STORE, 'store'),
    contender('boundary, in a stage', 'boundary'),
    contender('exact, in a stage', 'exact'),
    contender(TURNS, 'bare turns', TURNS),
    contender('boundary, two stages in turn', 'boundary turns', TURNS),
    contender('exact, two stages in turn: a switch each', 'exact turns', TURNS),
  ],
  budgets: hasFrames
    ? [
        {
          text: 'exact attribution costs an await without a switch at most 50 ns more than a store does',
          contender: 'exact, in a stage',
          against: STORE,
          addedNsAtMost: 50,
        },
      ]
    : [],
};
