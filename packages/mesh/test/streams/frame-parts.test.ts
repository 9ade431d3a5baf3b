import { expect, test } from 'vitest';
import { FrameParts } from '../../src/streams/frame-parts.ts';
import { settle } from './session-fixture.ts';

test('the parts of a frame are handed on as one, and in order', () => {
  const handed: string[] = [];
  const parts = new FrameParts((stream, bytes) => handed.push(`${stream} ${bytes}`));
  parts.add(1, Buffer.from('ab'), 3);
  parts.add(1, Buffer.from('cd'), 1);
  expect([handed, parts.size]).toEqual([[], 4]);
  parts.add(1, Buffer.from('e'), 0);
  expect([handed, parts.size]).toEqual([['1 abcde'], 0]);
});

test('what has come by the end of a turn of the loop does not wait for the rest', async () => {
  const handed: string[] = [];
  const parts = new FrameParts((stream, bytes) => handed.push(`${stream} ${bytes}`));
  parts.add(1, Buffer.from('ab'), 3);
  await settle();
  parts.add(1, Buffer.from('cde'), 0);
  expect(handed).toEqual(['1 ab', '1 cde']);
});

test('what is kept is left alone, and what is not is used again', () => {
  const handed: Buffer[] = [];
  const parts = new FrameParts((_, bytes) => {
    handed.push(bytes);
    if (handed.length === 1) expect(parts.keep()).toBe(true);
  });
  expect(parts.keep()).toBe(false);
  for (const text of ['one', 'two', 'six']) {
    parts.add(1, Buffer.from(text), 1);
    parts.flush();
  }
  expect(String(handed[0])).toBe('one');
  expect(handed[1]?.buffer).toBe(handed[2]?.buffer);
});

test('what a consumer brings about while it is handed something is put together on its own', () => {
  const handed: string[] = [];
  const parts = new FrameParts((_, bytes) => {
    handed.push(String(bytes));
    if (handed.length > 1) return;
    parts.add(2, Buffer.from('inner'), 0);
    handed.push(String(bytes));
  });
  parts.add(1, Buffer.from('outer'), 0);
  expect(handed).toEqual(['outer', 'inner', 'outer']);
});
