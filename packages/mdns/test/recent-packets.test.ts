import { describe, expect, it } from 'vitest';
import { RecentPackets } from '../src/recent-packets.ts';
import type { Received } from '../src/rules/machine.ts';
import { response } from './wire/messages.ts';

const H1 = { address: '10.0.0.1', port: 5353 };

function packet(): Received {
  return { message: response([]), from: { ...H1, family: 'IPv4', isThisHost: false } };
}

function bytesOf(number: number, length = 100): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** How many of the packets `from` to `to` are remembered. */
function count(recent: RecentPackets, numbers: number, length?: number): number {
  const all = Array.from({ length: numbers }, (_, number) => recent.find(bytesOf(number, length), H1, 0));
  return all.filter((found) => found !== undefined).length;
}

describe('RecentPackets', () => {
  it('finds what was read of the same bytes from the same source, for two seconds since they came last', () => {
    const recent = new RecentPackets();
    const read = { packet: packet(), damaged: 1 };
    recent.note(bytesOf(1), H1, read, 0);
    expect(recent.find(bytesOf(1), H1, 2_000)).toBe(read);
    expect(recent.find(bytesOf(1), H1, 4_000)).toBe(read);
    expect(recent.find(bytesOf(1), H1, 6_001)).toBeUndefined();
    expect(recent.find(bytesOf(2), H1, 0)).toBeUndefined();
    expect(recent.find(bytesOf(1), { ...H1, port: 5354 }, 0)).toBeUndefined();
    expect(recent.find(bytesOf(1), { ...H1, address: '10.0.0.2' }, 0)).toBeUndefined();
  });

  it('tells every byte from every other, in a view as well', () => {
    const recent = new RecentPackets();
    for (let byte = 0; byte < 256; byte++) {
      const bytes = new Uint8Array([9, byte, 9]).subarray(1, 2);
      expect(recent.find(bytes, H1, 0)).toBeUndefined();
      recent.note(bytes, H1, { packet: packet(), damaged: byte }, 0);
      expect(recent.find(Uint8Array.of(byte), H1, 0)?.damaged).toBe(byte);
    }
  });

  it('keeps 256 packets, or 64 KiB, the latest of them, and none over 1,500 bytes', () => {
    const recent = new RecentPackets();
    for (let number = 0; number < 1_000; number++)
      recent.note(bytesOf(number), H1, { packet: packet(), damaged: 0 }, 0);
    expect(count(recent, 1_000)).toBe(256);
    expect(recent.find(bytesOf(999), H1, 0)).toBeDefined();
    const large = new RecentPackets();
    for (let number = 0; number < 1_000; number++)
      large.note(bytesOf(number, 1_500), H1, { packet: packet(), damaged: 0 }, 0);
    expect(count(large, 1_000, 1_500)).toBe(43);
    large.note(bytesOf(0, 1_501), H1, { packet: packet(), damaged: 0 }, 0);
    expect(large.find(bytesOf(0, 1_501), H1, 0)).toBeUndefined();
  });

  it('takes no packet for another of the same hash', () => {
    const recent = new RecentPackets();
    const one = Uint8Array.of(0x02, 0xad, 0x38, 0x5b, 0xd3);
    const other = Uint8Array.of(0x02, 0xb1, 0x49, 0x09, 0xd8);
    recent.note(one, H1, { packet: packet(), damaged: 1 }, 0);
    expect(recent.find(other, H1, 0)).toBeUndefined();
    recent.note(other, H1, { packet: packet(), damaged: 2 }, 0);
    expect(recent.find(other, H1, 0)?.damaged).toBe(2);
    expect(recent.find(one, H1, 0)).toBeUndefined();
  });

  it('counts a packet once that is noted again', () => {
    const recent = new RecentPackets();
    for (let time = 0; time < 50; time++)
      for (let number = 0; number < 40; number++)
        recent.note(bytesOf(number, 1_500), H1, { packet: packet(), damaged: time }, 0);
    expect(count(recent, 40, 1_500)).toBe(40);
  });
});
