import type { OwnAddress } from '@mdns-ambassador/mdns';
import { describe, expect, test } from 'vitest';
import { hasAnyChanged, type LinkHistory, recordAddresses, wasCutOff } from '../../src/service/link-history.ts';

const ETH0: OwnAddress = { address: '10.0.0.2', carrierChanges: 1 };
const WLAN0: OwnAddress = { address: '10.9.0.2', carrierChanges: undefined };
const BY_ETH0 = [{ to: '10.0.0.1', from: '10.0.0.2' }];
const BY_WLAN0 = [{ to: '10.9.0.1', from: '10.9.0.2' }];
const NO_WAY = [{ to: '10.0.0.1', from: undefined }];

/** What is known after these readings. */
function read(...readings: readonly (readonly [now: number, ...found: readonly OwnAddress[]])[]): LinkHistory {
  let history: LinkHistory | undefined;
  for (const [now, ...found] of readings) history = recordAddresses(history, found, now);
  if (history === undefined) throw new Error('nothing was read');
  return history;
}

describe('who is cut off', () => {
  test('nobody, as long as the links are as they were at first', () => {
    const history = read([0, ETH0, WLAN0], [60_000, ETH0, WLAN0]);
    expect(wasCutOff(history, BY_ETH0, 0)).toBe(false);
    expect(hasAnyChanged(history, 0)).toBe(false);
  });

  test('a machine is, from those to whom an interface leads that is down, and from no others', () => {
    const history = read([0, ETH0, WLAN0], [1_000, WLAN0]);
    expect(wasCutOff(history, BY_ETH0, 500)).toBe(true);
    expect(wasCutOff(history, BY_WLAN0, 500)).toBe(false);
  });

  test('for 5 s more after the link has come back, since a switch may not carry at once', () => {
    const history = read([0, ETH0], [1_000], [4_000, ETH0], [20_000, ETH0]);
    expect(wasCutOff(history, BY_ETH0, 9_000)).toBe(true);
    expect(wasCutOff(history, BY_ETH0, 9_001)).toBe(false);
  });

  test('also by a loss that came and went between two readings', () => {
    const history = read([0, ETH0], [1_000, { ...ETH0, carrierChanges: 3 }]);
    expect(wasCutOff(history, BY_ETH0, 500)).toBe(true);
  });

  test('no longer than 30 s while the link stays down: then silence is taken for what it is', () => {
    expect(wasCutOff(read([0, ETH0], [1_000], [30_999]), BY_ETH0, 30_000)).toBe(true);
    expect(wasCutOff(read([0, ETH0], [1_000], [31_000]), BY_ETH0, 30_000)).toBe(false);
  });

  test('no longer than 30 s either while the link is lost and back again and again: who is silent then is noticed', () => {
    const flaps = Array.from(
      { length: 20 },
      (_, at) => [at * 3_000, ...(at % 2 === 0 ? [{ ...ETH0, carrierChanges: at }] : [])] as const,
    );
    expect(wasCutOff(read(...flaps.slice(0, 11)), BY_ETH0, 29_000)).toBe(true);
    for (let end = 12; end <= flaps.length; end += 1) {
      expect(wasCutOff(read(...flaps.slice(0, end)), BY_ETH0, (end - 1) * 3_000)).toBe(false);
    }
  });

  test('but a link that was steady in between is given time anew', () => {
    const twice = read([0, ETH0], [1_000], [4_000, ETH0], [20_000], [23_000, ETH0], [40_000], [43_000, ETH0]);
    expect(wasCutOff(twice, BY_ETH0, 44_000)).toBe(true);
  });

  test('where the kernel knows no route to any of the addresses, and a link was lost', () => {
    const history = read([0, ETH0], [1_000]);
    expect(wasCutOff(history, NO_WAY, 500)).toBe(true);
    expect(wasCutOff(read([0, ETH0], [1_000, ETH0]), NO_WAY, 500)).toBe(false);
    // Another address can be reached, as ever.
    expect(wasCutOff(read([0, ETH0, WLAN0], [1_000, WLAN0]), [...NO_WAY, ...BY_WLAN0], 500)).toBe(false);
  });

  test('of an endpoint with several addresses, if the way to one of them was lost', () => {
    expect(wasCutOff(read([0, ETH0, WLAN0], [1_000, WLAN0]), [...BY_WLAN0, ...BY_ETH0], 500)).toBe(true);
  });

  test('an address that has just come, as a new lease, is a link that has', () => {
    expect(wasCutOff(read([0, WLAN0], [1_000, WLAN0, ETH0]), BY_ETH0, 1_000)).toBe(true);
  });

  test('never from this machine itself', () => {
    const history = read([0, ETH0], [1_000]);
    expect(wasCutOff(history, [{ to: '10.0.0.2', from: '10.0.0.2' }], 500)).toBe(false);
    expect(wasCutOff(history, [{ to: '127.0.0.1', from: '127.0.0.1' }], 500)).toBe(false);
  });
});

test('what is down is forgotten after 30 s, so that interfaces that come and go leave nothing', () => {
  const readings = Array.from({ length: 1_000 }, (_, at) => [at * 1_000, { ...ETH0, address: `fe80::${at}` }] as const);
  expect(read(...readings).addresses.size).toBeLessThanOrEqual(31);
});
