import type { LanLink, LanView } from './lan-view.ts';
import type { SeenProcess } from './merge-lan.ts';

/** Two looks that are nearer to one another tell no rate. */
const MIN_SPAN_MS = 500;

interface KnownCounter {
  readonly at: number;
  readonly value: number;
  readonly perSecond: number;
}

/** How fast counters grow, from one look to the next. Pure: times are milliseconds of one monotonic clock. */
export class Rates {
  #known = new Map<string, KnownCounter>();
  #next = new Map<string, KnownCounter>();

  /** Of this counter, each second; 0 at the first look, and where it began anew. */
  measure(key: string, value: number, now: number): number {
    const known = this.#known.get(key);
    if (known !== undefined && now - known.at < MIN_SPAN_MS) {
      this.#next.set(key, known);
      return known.perSecond;
    }
    const perSecond =
      known === undefined || value < known.value ? 0 : ((value - known.value) * 1_000) / (now - known.at);
    this.#next.set(key, { at: now, value, perSecond });
    return perSecond;
  }

  /** The look is over: counters that were not measured are forgotten. */
  turn(): void {
    this.#known = this.#next;
    this.#next = new Map();
  }
}

/**
 * The same view with its rates. Where bytes are counted for a service alone its endpoints share them as they share its connections, the open
 * ones and those that came since the last look.
 */
export function rateLan(view: LanView, processes: readonly SeenProcess[], rates: Rates, now: number): LanView {
  const bytes = new Map<string, number>();
  for (const { view: process } of processes) {
    for (const proxied of process.proxied) {
      const key = JSON.stringify([process.machine.id, proxied.service]);
      const rate = rates.measure(JSON.stringify([process.id, proxied.service]), proxied.bytes, now);
      bytes.set(key, (bytes.get(key) ?? 0) + rate);
    }
  }
  const links = view.links.map((link) => ({
    ...link,
    connectionsPerSecond: rates.measure(link.id, link.total, now),
    bytesPerSecond: link.bytes === undefined ? undefined : rates.measure(`${link.id} bytes`, link.bytes, now),
  }));
  rates.turn();
  const shares = new Map<string, number>();
  for (const link of links) shares.set(keyOf(link), (shares.get(keyOf(link)) ?? 0) + shareOf(link));
  return {
    ...view,
    links: links.map((link) => {
      const all = shares.get(keyOf(link)) ?? 0;
      const share = all === 0 ? 0 : ((bytes.get(keyOf(link)) ?? 0) * shareOf(link)) / all;
      const bytesPerSecond = link.bytesPerSecond ?? share;
      return { ...link, connectionsPerSecond: round(link.connectionsPerSecond), bytesPerSecond: round(bytesPerSecond) };
    }),
  };
}

function keyOf({ from, service }: Pick<LanLink, 'from' | 'service'>): string {
  return JSON.stringify([from, service]);
}

function shareOf({ active, connectionsPerSecond }: Pick<LanLink, 'active' | 'connectionsPerSecond'>): number {
  return active + connectionsPerSecond;
}

function round(rate: number): number {
  return Math.round(rate * 10) / 10;
}
