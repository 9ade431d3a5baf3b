import { type Announced, computeSigningDelay, type Mesh, NOTICES_TXT_KEY, signTxtEntries } from '@mdns-ambassador/mesh';
import type { Clock } from '@mdns-ambassador/relay';

/** TXT entries of an announcement that members of its mesh recognise it by. They change with time, and with what they speak for. */
export class Signature {
  readonly #mesh: Mesh;
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #unlisten: readonly (() => void)[];
  #signed: string | undefined;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  /** `onDue` is called whenever what was signed last is to be signed anew. */
  constructor(mesh: Mesh, clock: Clock, onDue: () => void) {
    this.#mesh = mesh;
    this.#clock = clock;
    this.#onDue = onDue;
    this.#unlisten = [mesh.onChange(onDue), mesh.notices.onChange(onDue)];
    this.#schedule();
  }

  /** The entries as they would be now. */
  compute(announced: Announced): readonly (readonly [string, string])[] {
    const { notices } = this.#mesh;
    const signed = signTxtEntries(this.#mesh.txtKeys(announced.service), announced, this.#clock.wallClock());
    return notices.list.size === 0 ? signed : [...signed, [NOTICES_TXT_KEY, notices.digest]];
  }

  /** The entries that are published from now on. */
  sign(announced: Announced): readonly (readonly [string, string])[] {
    const entries = this.compute(announced);
    this.#signed = JSON.stringify(entries);
    return entries;
  }

  /** Whether what was signed last says something else. */
  isStale(announced: Announced): boolean {
    return this.#signed !== JSON.stringify(this.compute(announced));
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    for (const unlisten of this.#unlisten) unlisten();
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(computeSigningDelay(this.#clock.wallClock()), () => {
      if (this.#isClosed) return;
      this.#schedule();
      this.#onDue();
    });
  }
}
