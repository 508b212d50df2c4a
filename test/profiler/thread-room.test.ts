import { expect, test } from 'vitest';
import { giveRoomBack, takeRoom, takeRoomWarnings, threadRoom } from '../../src/profiler/thread-room.js';

test('threads past the last are counted, and have room again once others have been read', () => {
  const room = threadRoom();
  const take = (times: number) => Array.from({ length: times }, () => takeRoom(room)).filter(Boolean).length;
  expect(takeRoomWarnings(room)).toEqual([]);
  expect(take(1200)).toBe(1000);
  expect(takeRoomWarnings(room)).toEqual(['worker threads not measured, past 1000: 200']);
  expect(takeRoomWarnings(room)).toEqual([]);
  giveRoomBack(room, 10);
  expect(take(20)).toBe(10);
});
