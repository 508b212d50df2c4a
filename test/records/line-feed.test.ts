import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineFeed, LONGEST_LINE_BYTES, type Stretch } from '../../src/records/line-feed.js';

/** The lines that are found in the pieces, as texts. */
function linesOf(pieces: readonly Uint8Array[], stretch: Stretch = {}): string[] {
  const lines: string[] = [];
  const feed = new LineFeed(
    {
      take({ bytes }, from, line) {
        lines.push(bytes.toString('utf8', from, bytes.indexOf(0x0a, from)));
        expect(line).toBe(lines.length);
      },
      takeTooLong: () => lines.push('too long'),
    },
    stretch,
  );
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const { room } = feed;
      const count = Math.min(room.length, piece.length - from);
      room.set(piece.subarray(from, from + count));
      from += count;
      if (!feed.advance(count)) return lines;
    }
  }
  feed.finish();
  return lines;
}

/** Texts of several lines, some longer than what is read at once. */
const text = fc
  .array(fc.oneof(fc.constantFrom('', '{"a":1}', '漢字', 'x\r'), fc.constant('y'.repeat(1_500_000))), { maxLength: 6 })
  .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`));
const expectedLines = (whole: string) =>
  (whole.endsWith('\n') ? whole.slice(0, -1) : whole).split('\n').slice(whole === '' ? 1 : 0);

test('the lines are the same however the bytes are cut into pieces', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 5 }), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(linesOf(pieces)).toEqual(expectedLines(whole));
    }),
    { numRuns: 50 },
  );
});

test('stretches of a file take each line once, in order', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 5 }), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
      const lines = ends.flatMap((end, index) => {
        const from = index === 0 ? 0 : ends[index - 1]!;
        const fedFrom = Math.max(0, from - 1);
        return linesOf([bytes.subarray(fedFrom)], { startsInside: from > 0, ownsBytes: end - fedFrom });
      });
      expect(lines).toEqual(expectedLines(whole));
    }),
    { numRuns: 50 },
  );
});

test('a line that is too long to be held is counted and passed over', () => {
  const piece = Buffer.alloc(16 * 1024 * 1024, 'x');
  const pieces = [Buffer.from('a\n'), ...Array(LONGEST_LINE_BYTES / piece.length + 1).fill(piece), Buffer.from('\nb')];
  expect(linesOf(pieces)).toEqual(['a', 'too long', 'b']);
});
