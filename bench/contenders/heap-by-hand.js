// What one writes by hand to see what a running process holds: memoryUsage twice through the inspector, and a heap snapshot
// after each. `node heap-by-hand.js PID SECONDS` prints JSON: what grew, the bytes of the snapshots, and for how long they stopped
// the program.
import { setTimeout as delay } from 'node:timers/promises';
import { InspectorClient, inspectorAt } from '../../dist/attach/inspector-client.js';
import { listeningPorts } from '../../dist/os/listening-ports.js';

const [pid, seconds] = process.argv.slice(2).map(Number);
process.kill(pid, 'SIGUSR1');
let port;
while (port === undefined) {
  await delay(10);
  [port] = listeningPorts(pid);
}
const { webSocketDebuggerUrl } = await inspectorAt(port.host, port.port, 3000);
const client = await InspectorClient.connect(webSocketDebuggerUrl, 3000);
const evaluate = async (expression) => {
  const { result } = await client.post('Runtime.evaluate', { expression, returnByValue: true });
  return result.value;
};
let snapshotBytes = 0;
client.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
  snapshotBytes += chunk.length;
});
let stoppedMs = 0;
const look = async () => {
  const usage = JSON.parse(await evaluate('JSON.stringify(process.memoryUsage())'));
  const begun = performance.now();
  await client.post('HeapProfiler.takeHeapSnapshot', {}, 120_000);
  stoppedMs += performance.now() - begun;
  return usage;
};
const first = await look();
await delay(seconds * 1000);
const last = await look();
const grown = Object.entries(last).map(([name, bytes]) => [name, Math.round((bytes - first[name]) / 1024)]);
await evaluate("setImmediate(() => process.getBuiltinModule('node:inspector').close()); 0");
await client.close();
console.log(JSON.stringify({ grownKib: Object.fromEntries(grown), snapshotBytes, stoppedMs: Math.round(stoppedMs) }));
process.exit(0);
