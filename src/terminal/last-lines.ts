import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { shorten } from '../text/text-width.js';

/** Where the width of the terminal is not known. */
const USUAL_COLUMNS = 80;

/** The last lines of a terminal, which are drawn anew. Everything else scrolls above them. */
export class LastLines {
  #lines: readonly string[] = [];

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** @param lines without control characters */
  draw(lines: readonly string[]): void {
    // A line that the terminal wraps would take two, and the next drawing would begin too far down.
    const most = (this.stream.columns || USUAL_COLUMNS) - 1;
    const shown = lines.map((line) => shorten(line, most));
    if (shown.join('\n') === this.#lines.join('\n')) return;
    this.#replace('', shown);
  }

  /** @param text whole lines, each with its line feed */
  writeAbove(text: string): void {
    this.#replace(text, this.#lines);
  }

  #replace(text: string, lines: readonly string[]): void {
    if (this.#lines.length > 0) {
      moveCursor(this.stream, 0, -this.#lines.length);
      cursorTo(this.stream, 0);
      clearScreenDown(this.stream);
    }
    this.#lines = lines;
    const written = text + lines.map((line) => `${line}\n`).join('');
    if (written !== '') this.stream.write(written);
  }
}
