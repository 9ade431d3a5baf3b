import type { Random } from '@mdns-ambassador/mdns';

/** What connections are to suffer, so that whoever uses them learns to bear it. */
export interface Faults {
  /** How long each is held before an endpoint is sought for it. */
  readonly delayMs: number;
  /** The share that is reset as soon as its endpoint is reached, 0 to 1. */
  readonly resetShare: number;
}

/** What one connection suffers. */
export interface Fault {
  readonly delayMs: number;
  readonly isReset: boolean;
}

/** Decided when the connection comes. */
export function drawFault({ delayMs, resetShare }: Faults, random: Random): Fault {
  return { delayMs, isReset: random() < resetShare };
}

/** For people and as it is written: `delay=200ms,reset=5%`. */
export function formatFaults({ delayMs, resetShare }: Faults): string {
  return [
    ...(delayMs > 0 ? [`delay=${delayMs}ms`] : []),
    ...(resetShare > 0 ? [`reset=${Number((resetShare * 100).toFixed(4))}%`] : []),
  ].join(',');
}

/** What one connection suffered: `delay=200ms,reset`; empty where that was nothing. */
export function formatFault({ delayMs, isReset }: Fault): string {
  return [...(delayMs > 0 ? [`delay=${delayMs}ms`] : []), ...(isReset ? ['reset'] : [])].join(',');
}
