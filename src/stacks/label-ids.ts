import { Map } from '../host/intrinsics.js';
import { OUTSIDE_ID } from './stage-ring.js';

/** Small numbers for the labels of one thread, as its log has them. */
export class LabelIds {
  private readonly ids = new Map<string, number>([['', OUTSIDE_ID]]);

  /** @param tell called once for each label, before its number is used */
  constructor(private readonly tell: (id: number, label: string) => void) {}

  idOf(label: string): number {
    const known = this.ids.get(label);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(label, id);
    this.tell(id, label);
    return id;
  }
}
