import type { Opening, Prologue } from '@mdns-ambassador/relay';

/** How credentials come into one service's connections. */
export interface Injection {
  /** In this order, after the mesh's handshake. */
  readonly prologues: readonly Prologue[];
  /** For an engine that hears clients before it dials. */
  readonly opening?: Opening;
}
