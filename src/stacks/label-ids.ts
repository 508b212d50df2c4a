import { Map } from '../host/intrinsics.js';
import { OUTSIDE_ID } from './stage-ring.js';

/** Small numbers for the labels of one thread, as its log has them. */
export class LabelIds {
  private readonly ids = new Map<string, number>([['', OUTSIDE_ID]]);

  /** @param tell called for each label before its number is used: once, or again where it has failed */
  constructor(private readonly tell: (id: number, label: string) => void) {}

  idOf(label: string): number {
    const known = this.ids.get(label);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.tell(id, label);
    this.ids.set(label, id);
    return id;
  }
}
