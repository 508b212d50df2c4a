import { expect, test } from 'vitest';
import { EventQueue } from '../../src/corpus/event-queue.js';

async function readAll<T>(queue: EventQueue<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

test('gives events in the order in which they came, also those that came before the reader', async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  queue.push(2);
  const read = readAll(queue);
  await new Promise(setImmediate);
  queue.push(3);
  await new Promise(setImmediate);
  queue.push(4);
  queue.push(5);
  queue.close();
  expect(await read).toEqual([1, 2, 3, 4, 5]);
});

test('gives the events that were there when it was closed, and ends then', async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  queue.close();
  expect(await readAll(queue)).toEqual([1]);
});

test('takes events from its own reader while that handles one', async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  const events: number[] = [];
  for await (const event of queue) {
    events.push(event);
    if (event < 4) queue.push(event + 1);
    else queue.close();
  }
  expect(events).toEqual([1, 2, 3, 4]);
});

test('closing an empty queue wakes its reader', async () => {
  const queue = new EventQueue<number>();
  const read = readAll(queue);
  await new Promise(setImmediate);
  queue.close();
  expect(await read).toEqual([]);
});
