const TRACKERS = ['tracker', 'tracker by module', 'heaptrack'];

/**
 * A contender as it is, which is the baseline, the same again, and under each of what counts allocations.
 *
 * @param {import('./index.js').Contender} contender
 * @param {{ heaptrackShare: number }} settings how much of the others' work heaptrack does
 * @returns {import('./index.js').Contender[]}
 */
export function underEach(contender, { heaptrackShare }) {
  const baseline = contender.name;
  return [
    { ...contender, baseline },
    { ...contender, name: `${baseline}, again`, baseline },
    ...TRACKERS.map((under) => ({
      ...contender,
      name: `${baseline}, ${under}`,
      baseline,
      under,
      workShare: under === 'heaptrack' ? heaptrackShare : 1,
    })),
  ];
}
