import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { InspectorClient } from '../../src/attach/inspector-client.js';

/** Takes one connection, and gives what it has received when that has ended. */
async function listen() {
  let received = Buffer.alloc(0);
  const server = createServer((socket) => {
    let isUpgraded = false;
    socket.on('data', (piece: Buffer) => {
      if (isUpgraded) {
        received = Buffer.concat([received, piece]);
        // Whoever has asked for the end of the connection waits for it.
        socket.end();
        return;
      }
      isUpgraded = true;
      const key = /^sec-websocket-key: (.*)\r$/im.exec(piece.toString())![1];
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const ended = once(server, 'connection').then(([socket]) => once(socket, 'close'));
  const client = await InspectorClient.connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, 3000);
  return { client, received: () => ended.then(() => received) };
}

test('a connection is ended as the protocol wants it', async () => {
  const { client, received } = await listen();
  await client.close();
  expect((await received())[0]! & 0x0f).toBe(8);
  expect(client.isOpen).toBe(false);
});

test('a connection that is dropped sends no frame any more, and takes no command', async () => {
  const { client, received } = await listen();
  await client.drop();
  expect(await received()).toHaveLength(0);
  expect(client.isOpen).toBe(false);
  await expect(client.post('Runtime.evaluate')).rejects.toThrow('the connection to its inspector has ended');
});
