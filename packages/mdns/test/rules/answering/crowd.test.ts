import { describe, expect, it } from 'vitest';
import { renameService } from '../../../src/rules/answering/rename.ts';
import { Responder } from '../../../src/rules/answering/responder.ts';
import type { Sender, Transmit } from '../../../src/rules/machine.ts';
import { REDIS } from './responder-driver.ts';

const LATENCY_MS = 1;

/** A deterministic sequence in [0, 1) (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Hosts on one link that all publish a service of the same name, and rename it as the node does. */
class Crowd {
  readonly names: string[];
  readonly announced: Set<number> = new Set();
  readonly #responders: Responder[] = [];
  readonly #renames: number[];
  readonly #random: () => number;
  readonly #loss: number;
  #inFlight: { readonly at: number; readonly from: number; readonly transmit: Transmit }[] = [];

  constructor(size: number, loss: number) {
    this.#random = seededRandom(size);
    this.#loss = loss;
    this.names = Array.from({ length: size }, () => REDIS.name);
    this.#renames = Array.from({ length: size }, () => 0);
    for (const host of this.names.keys()) {
      const address = `10.0.0.${host}`;
      this.#responders.push(new Responder(this.#random, { label: `h${host}`, addresses: [address] }, 0));
      this.#publish(host, 0);
    }
  }

  run(until: number): void {
    for (let now = 0; now <= until; ) {
      const arrived = this.#inFlight.filter(({ at }) => at <= now);
      this.#inFlight = this.#inFlight.filter(({ at }) => at > now);
      for (const { from, transmit } of arrived) this.#deliver(from, transmit, now);
      for (const [host, responder] of this.#responders.entries()) {
        if (responder.nextDeadline() <= now) this.#advance(host, responder, now);
      }
      const times = [...this.#responders.map((each) => each.nextDeadline()), ...this.#inFlight.map(({ at }) => at)];
      now = Math.max(now, Math.min(...times));
    }
  }

  #advance(host: number, responder: Responder, now: number): void {
    for (const transmit of responder.advance(now)) this.#inFlight.push({ at: now + LATENCY_MS, from: host, transmit });
    for (const event of responder.takeEvents()) {
      if (event.kind === 'announced') this.announced.add(host);
      if (event.kind !== 'conflict') continue;
      const name = renameService(REDIS.name, this.#renames[host] ?? 0, this.#random);
      if (name === undefined) throw new Error('Three renames were not enough.');
      this.#renames[host] = (this.#renames[host] ?? 0) + 1;
      this.names[host] = name;
      this.#publish(host, now);
    }
  }

  #publish(host: number, now: number): void {
    const options = { ...REDIS, name: this.names[host] ?? '', port: 1_000 + host };
    this.#responders[host]?.publish('redis', options, now, { announce: true });
  }

  #deliver(from: number, { message }: Transmit, now: number): void {
    for (const [host, responder] of this.#responders.entries()) {
      if (this.#random() < this.#loss) continue;
      const sender: Sender = { address: `10.0.0.${from}`, port: 5353, family: 'IPv4', isThisHost: host === from };
      responder.receive({ message, from: sender }, now);
    }
  }
}

describe('a crowd of hosts that choose the same name', () => {
  it.each([0, 0.05])(
    'ends with unique names, all announced within ten seconds, at a loss of %d (RFC 6762 8.2, 9)',
    (loss) => {
      const crowd = new Crowd(50, loss);
      crowd.run(10_000);
      expect(new Set(crowd.names).size).toBe(50);
      expect(crowd.announced.size).toBe(50);
      expect(crowd.names).toContain(REDIS.name);
      expect(crowd.names).toContain(`${REDIS.name} (2)`);
    },
  );
});
