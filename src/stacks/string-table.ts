import { Map } from '../host/intrinsics.js';

/** The limit in UTF-16 units. Names of C++ templates can be longer than a file should carry, and are cut off there. */
export const LONGEST_TEXT = 4096;

/**
 * Distinct texts, numbered in the order in which they were added. The empty text is 0, and stands for an unknown text.
 *
 * Used inside programs and by the command line.
 */
export class StringTable {
  private readonly texts: string[] = [''];
  private readonly ids: Map<string, number> = new Map([['', 0]]);

  get length(): number {
    return this.texts.length;
  }

  intern(text: string): number {
    const kept = shortened(text);
    let id = this.ids.get(kept);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(kept);
      this.ids.set(kept, id);
    }
    return id;
  }

  /** The id of a text; undefined if it is not in the table. */
  find(text: string): number | undefined {
    return this.ids.get(shortened(text));
  }

  get(id: number): string {
    return this.texts[id]!;
  }
}

function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  // Half of a surrogate pair cannot be written as UTF-8, so the cut does not leave one.
  const last = text.charCodeAt(LONGEST_TEXT - 2);
  return `${text.slice(0, last >= 0xd800 && last < 0xdc00 ? LONGEST_TEXT - 2 : LONGEST_TEXT - 1)}…`;
}
