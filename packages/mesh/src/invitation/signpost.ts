import type { Duplex } from 'node:stream';
import type { Clock, Place } from '@mdns-ambassador/relay';
import { Conversations } from './conversations.ts';
import { encodeElsewhere } from './elsewhere.ts';
import { FrameLink } from './frame-link.ts';
import { HELLO_BYTES, isKnownVersion, readHello } from './hello.ts';
import { InvitationError } from './invitation-error.ts';
import { encodeRefusal } from './refusal.ts';

const MAX_AT_ONCE = 16;
const LIFETIME_MS = 5_000;

/** Tells who comes for an invitation where its inviter is, and nothing else: for machines that know and do not invite themselves. */
export class Signpost {
  readonly #clock: Clock;
  readonly #find: (number: number, from: string) => Place | undefined;
  readonly #conversations = new Conversations(MAX_AT_ONCE);

  /** `find`: where somebody invites by this number, for who asks from there, at a literal address without zone; undefined where nobody does. */
  constructor(clock: Clock, find: (number: number, from: string) => Place | undefined) {
    this.#clock = clock;
    this.#find = find;
  }

  /** A connection from this address, which is closed when it is over. More than 16 at once, or two of one address, are hung up on. */
  accept(stream: Duplex, from: string): void {
    if (this.#conversations.isFull(from)) {
      stream.destroy();
      return;
    }
    const link = new FrameLink(stream, this.#clock, LIFETIME_MS);
    this.#conversations.begin(link, from, () => this.#answer(link, from));
  }

  /** Hangs up on all. */
  close(): void {
    for (const link of this.#conversations) link.close();
  }

  async #answer(link: FrameLink, from: string): Promise<void> {
    try {
      const hello = readHello(await link.receive('hello', HELLO_BYTES));
      if (hello === undefined) return;
      const place = isKnownVersion(hello) ? this.#find(hello.number, from) : undefined;
      if (place !== undefined) link.send('elsewhere', encodeElsewhere(place));
      else link.send('refused', encodeRefusal(isKnownVersion(hello) ? 'other-number' : 'version'));
    } catch (error) {
      if (!(error instanceof InvitationError)) throw error;
    }
  }
}
