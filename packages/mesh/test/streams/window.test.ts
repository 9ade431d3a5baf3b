import { describe, expect, test } from 'vitest';
import { ReceiveWindow, SendWindow, WIDE_WINDOW_BYTES, WINDOW_BYTES } from '../../src/streams/window.ts';

describe('A window of 256 KiB', () => {
  test('lets so much be sent, and then nothing until it is granted', () => {
    const window = new SendWindow();
    expect(window.take(200_000)).toBe(200_000);
    expect(window.take(200_000)).toBe(62_144);
    expect(window.take(1)).toBe(0);
    expect(window.grant(10)).toBe(true);
    expect(window.take(20)).toBe(10);
  });

  test('takes no grant of nothing, nor of more than a wide one holds', () => {
    const window = new SendWindow();
    expect(window.grant(0)).toBe(false);
    expect(window.grant(WIDE_WINDOW_BYTES - WINDOW_BYTES + 1)).toBe(false);
    expect(window.grant(WIDE_WINDOW_BYTES - WINDOW_BYTES)).toBe(true);
    window.take(100);
    expect(window.grant(101)).toBe(false);
    expect(window.grant(100)).toBe(true);
  });

  test('takes in more once it was widened', () => {
    const window = new ReceiveWindow();
    window.widen(WIDE_WINDOW_BYTES - WINDOW_BYTES);
    expect(window.receive(WIDE_WINDOW_BYTES)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  test('grants what was read once it is half of what it holds, widened or not', () => {
    const window = new ReceiveWindow();
    window.widen(WIDE_WINDOW_BYTES - WINDOW_BYTES);
    expect(window.receive(WIDE_WINDOW_BYTES)).toBe(true);
    expect(window.read(WIDE_WINDOW_BYTES / 2 - 1)).toBe(0);
    expect(window.read(1)).toBe(WIDE_WINDOW_BYTES / 2);
  });

  test('takes in no more than it has granted', () => {
    const window = new ReceiveWindow();
    expect(window.receive(WINDOW_BYTES)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  test('grants what was read once it is half of it', () => {
    const window = new ReceiveWindow();
    expect(window.receive(WINDOW_BYTES)).toBe(true);
    expect(window.read(131_071)).toBe(0);
    expect(window.read(2)).toBe(131_073);
    expect(window.receive(131_073)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });
});
