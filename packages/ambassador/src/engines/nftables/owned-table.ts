import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@mdns-ambassador/relay';
import { NftSession } from './nft-session.ts';
import { writeTable } from './rules.ts';

/** Between two attempts to have nft run again. */
const RESTART_MS = 500;

export interface OwnedTableOptions {
  readonly nft: string;
  readonly name: string;
  /** It is there anew, without rules, and counts from 0 on. Never rejects: the table stays as it is. */
  readonly onMade: () => Promise<void>;
  readonly onTrouble: (message: string) => void;
}

/** The table that goes with ambassador, and with the nft that owns it: that is started again for as long as it takes. */
export class OwnedTable {
  readonly #options: OwnedTableOptions;
  readonly #stop = new AbortController();
  #session: NftSession | undefined;

  constructor(options: OwnedTableOptions) {
    this.#options = options;
  }

  /** Undefined while there is no table. */
  get session(): NftSession | undefined {
    return this.#session;
  }

  /** Rejects with an AmbassadorError where nft does not obey. */
  async start(): Promise<void> {
    const { nft, name } = this.#options;
    const session = new NftSession(nft, name);
    await session.run(writeTable(name)).catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    if (this.#stop.signal.aborted) {
      await session.close();
      return;
    }
    void session.ended.then(() => this.#onEnded(session));
    this.#session = session;
    await this.#options.onMade();
  }

  /** The table goes. Resolves when it has gone. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#session?.close();
  }

  #onEnded(ended: NftSession): void {
    if (this.#session !== ended) return;
    this.#session = undefined;
    if (this.#stop.signal.aborted) return;
    this.#options.onTrouble('nft ended and is started again; engine node takes new connections meanwhile');
    void this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    const { signal } = this.#stop;
    let isTold = false;
    while (!signal.aborted && this.#session === undefined) {
      try {
        await this.start();
      } catch (error) {
        if (!isTold) this.#options.onTrouble(errorMessage(error));
        isTold = true;
        await sleep(RESTART_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
