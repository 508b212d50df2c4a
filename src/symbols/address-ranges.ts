/** The group of an address that is in no interval. */
export const NO_GROUP = -1;

/**
 * Tells in which of many intervals an address is. Where intervals overlap, that is the innermost one: the one that begins
 * last, and of several the shortest. Intervals with the same bounds are a group.
 *
 * All intervals are first cut into ranges that do not overlap, so that many nested intervals do not slow a search down.
 */
export class AddressRanges {
  /** The intervals by their bounds. A group is known by the place of its first member. */
  private readonly order: Uint32Array;
  /** Where each range begins. It ends where the next one begins. */
  private readonly from: Float64Array;
  private readonly groups: Int32Array;

  /**
   * @param starts the first address of each interval
   * @param ends the first address behind it, which is higher
   */
  constructor(
    private readonly starts: Float64Array,
    private readonly ends: Float64Array,
  ) {
    this.order = Uint32Array.from(starts, (_, index) => index).sort(
      (a, b) => starts[a]! - starts[b]! || ends[b]! - ends[a]! || a - b,
    );
    // An interval begins one range, and another one where it ends.
    const from = new Float64Array(2 * starts.length);
    const groups = new Int32Array(2 * starts.length);
    let length = 0;
    const beginRange = (address: number, group: number) => {
      if (length > 0 && from[length - 1] === address) length--;
      from[length] = address;
      groups[length++] = group;
    };

    /** The groups that have begun and have not ended, the innermost last. Those below it may have ended, too. */
    const open: number[] = [];
    const closeUntil = (address: number) => {
      while (open.length > 0 && this.endOf(open.at(-1)!) <= address) {
        const end = this.endOf(open.pop()!);
        while (open.length > 0 && this.endOf(open.at(-1)!) <= end) open.pop();
        beginRange(end, open.at(-1) ?? NO_GROUP);
      }
    };
    for (let place = 0; place < this.order.length; place += this.members(place).length) {
      const start = starts[this.order[place]!]!;
      closeUntil(start);
      beginRange(start, place);
      open.push(place);
    }
    closeUntil(Number.POSITIVE_INFINITY);
    this.from = from.slice(0, length);
    this.groups = groups.slice(0, length);
  }

  /** The group that an address is in, or `NO_GROUP`. */
  groupAt(address: number): number {
    let first = 0;
    let behind = this.from.length;
    while (first < behind) {
      const middle = (first + behind) >> 1;
      if (this.from[middle]! <= address) first = middle + 1;
      else behind = middle;
    }
    return first === 0 ? NO_GROUP : this.groups[first - 1]!;
  }

  /** The indices of the intervals of a group, as the constructor got them. */
  members(group: number): Uint32Array {
    const { order, starts, ends } = this;
    const first = order[group]!;
    let behind = group + 1;
    for (; behind < order.length; behind++) {
      const index = order[behind]!;
      if (starts[index] !== starts[first] || ends[index] !== ends[first]) break;
    }
    return order.subarray(group, behind);
  }

  private endOf(group: number): number {
    return this.ends[this.order[group]!]!;
  }
}
