import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isPortTaken, listeningPorts } from '../../src/os/listening-ports.js';

test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])(
  'a port on %s is taken, and belongs to the process, until it is closed',
  async (host) => {
    const server = createServer();
    server.listen(0, host);
    const isThere = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    // A machine may have no IPv6.
    if (!isThere) return;
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    expect(isPortTaken(port)).toBe(true);
    const own = listeningPorts(process.pid).filter((found) => found.port === port);
    expect(own.map((found) => (found.host === '0:0:0:0:0:0:0:1' ? '::1' : found.host))).toEqual([shown]);
    server.close();
    await once(server, 'close');
    expect(isPortTaken(port)).toBe(false);
    expect(listeningPorts(process.pid).filter((found) => found.port === port)).toEqual([]);
  },
);
