// What people write by hand without a profiler: time, CPU and memory at both ends, and the sums of the differences.
export function open() {
  const sums = { wallNs: 0n, cpuUs: 0, rssBytes: 0, heapBytes: 0, externalBytes: 0 };
  const call = (work) => {
    const memoryBefore = process.memoryUsage();
    const cpuBefore = process.cpuUsage();
    const wallBefore = process.hrtime.bigint();
    work();
    const wallAfter = process.hrtime.bigint();
    const cpu = process.cpuUsage(cpuBefore);
    const memoryAfter = process.memoryUsage();
    sums.wallNs += wallAfter - wallBefore;
    sums.cpuUs += cpu.user + cpu.system;
    sums.rssBytes += memoryAfter.rss - memoryBefore.rss;
    sums.heapBytes += memoryAfter.heapUsed - memoryBefore.heapUsed;
    sums.externalBytes += memoryAfter.external - memoryBefore.external;
  };
  const nothing = () => {};
  return {
    sums,
    call,
    run(iterations) {
      for (let i = 0; i < iterations; i++) call(nothing);
    },
  };
}
