const TRACKERS = ['tracker', 'tracker by module', 'tracker with stacks', 'heaptrack'];

/**
 * The contender alone, which is the baseline, the same again, and the contender under each tool that counts
 * allocations.
 *
 * @param {import('./index.js').Contender} contender
 * @param {{ heaptrackShare: number }} settings the share of the others' work that is done under heaptrack
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
