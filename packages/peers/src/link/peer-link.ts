import {
  type HelloLine,
  MAX_FIRST_LINE_BYTES,
  MAX_LINE_BYTES,
  type PeerLine,
  type RefusedLine,
} from '../rules/line.ts';
import { decodeLine, encodeLine } from '../rules/line-text.ts';
import { Rate } from '../rules/rate.ts';
import { SILENCE_MS } from '../rules/table.ts';
import { LineReader } from './line-reader.ts';
import type { PeerStream } from './peer-stream.ts';

/** Who was let in says who he is within this time. */
const HELLO_MS = 5_000;
/** Lines that a link may send: at once, and a second. 256 origins that beat are 103 a second. */
const LINES = { burst: 2_000, perSecond: 200 };
/** The same in bytes. */
const BYTES = { burst: 8 * 1_048_576, perSecond: 262_144 };
/** Who reads nothing, and lets so much pile up, is hung up on. */
const MAX_PENDING_BYTES = 4 * 1_048_576;
/** Lines that are none, after which nobody listens any more. */
const MAX_MALFORMED = 16;

export interface PeerLinkCounters {
  lines: number;
  bytes: number;
  /** Of kinds that are not known here: passed over. */
  unknown: number;
  malformed: number;
}

export interface PeerLinkEvents {
  /** The other side has said who it is. */
  greeted(hello: HelloLine): void;
  /** Before `greeted` only one that refuses us. */
  line(line: PeerLine): void;
  /** Called once; nothing is called after it. */
  ended(reason: string): void;
}

type PeerLinkState =
  | { readonly kind: 'greeting'; readonly since: number }
  | { readonly kind: 'open'; readonly hello: HelloLine }
  | { readonly kind: 'over' };

/** One link: lines both ways, bounded. The one who was dialled answers the other's hello. */
export class PeerLink {
  readonly stream: PeerStream;
  /** Whether we dialled it. */
  readonly isOurs: boolean;
  readonly received: PeerLinkCounters = { lines: 0, bytes: 0, unknown: 0, malformed: 0 };
  readonly sent = { lines: 0, bytes: 0 };
  readonly #events: PeerLinkEvents;
  readonly #now: () => number;
  readonly #lineRate = new Rate(LINES.perSecond, LINES.burst);
  readonly #byteRate = new Rate(BYTES.perSecond, BYTES.burst);
  #lines: LineReader;
  #state: PeerLinkState;
  #heardAt: number;

  /** `hello` is what we say; where we were dialled, a refusal in its place ends it. */
  constructor(
    stream: PeerStream,
    hello: HelloLine | RefusedLine,
    { isOurs, now, events }: { readonly isOurs: boolean; readonly now: () => number; readonly events: PeerLinkEvents },
  ) {
    this.stream = stream;
    this.isOurs = isOurs;
    this.#now = now;
    this.#events = events;
    this.#heardAt = now();
    this.#state = { kind: 'greeting', since: now() };
    // Who was dialled may say everything behind its hello; who dials waits for that.
    this.#lines = new LineReader(isOurs ? MAX_LINE_BYTES : MAX_FIRST_LINE_BYTES);
    const answer = (theirs: HelloLine): void => {
      this.#state = { kind: 'open', hello: theirs };
      if (hello.kind === 'refused') {
        this.refuse(hello.reason, hello.notice);
        return;
      }
      if (!isOurs) {
        this.#lines = new LineReader(MAX_LINE_BYTES);
        this.tell(hello);
      }
      events.greeted(theirs);
    };
    stream.open({
      data: (chunk) => this.#read(chunk, answer),
      ended: (reason) => this.#end(reason),
    });
    if (isOurs) this.tell(hello);
  }

  /** What the other side said first; undefined before and afterwards. */
  get hello(): HelloLine | undefined {
    return this.#state.kind === 'open' ? this.#state.hello : undefined;
  }

  get isOver(): boolean {
    return this.#state.kind === 'over';
  }

  /** When the other side said something last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  tell(line: PeerLine): void {
    if (this.isOver) return;
    const text = encodeLine(line);
    this.sent.lines += 1;
    this.sent.bytes += text.length;
    this.stream.write(text);
    if (this.stream.pending > MAX_PENDING_BYTES) this.hangUp('it reads nothing of what it is told');
  }

  /** When `advance` is to be called. */
  nextDeadline(): number {
    if (this.#state.kind === 'greeting') return this.#state.since + HELLO_MS;
    return this.isOver ? Number.POSITIVE_INFINITY : this.#heardAt + SILENCE_MS;
  }

  /** Hangs up on who is silent. */
  advance(now: number): void {
    if (now < this.nextDeadline()) return;
    this.hangUp(this.#state.kind === 'greeting' ? 'it said nothing in time' : 'it says nothing any more');
  }

  /** Says why where it can, and ends. */
  refuse(reason: string, notice?: string): void {
    this.tell({ kind: 'refused', reason, ...(notice === undefined ? {} : { notice }) });
    if (this.isOver) return;
    this.#state = { kind: 'over' };
    void this.stream.close();
    this.#events.ended(reason);
  }

  hangUp(reason: string): void {
    if (this.isOver) return;
    this.stream.destroy();
    this.#end(reason);
  }

  /** Ends it behind what was told; nothing is called any more. */
  async close(): Promise<void> {
    if (this.isOver) return;
    this.#state = { kind: 'over' };
    await this.stream.close();
  }

  #end(reason: string): void {
    if (this.isOver) return;
    this.#state = { kind: 'over' };
    this.#events.ended(reason);
  }

  #read(chunk: Uint8Array, answer: (hello: HelloLine) => void): void {
    if (this.isOver) return;
    this.received.bytes += chunk.length;
    if (!this.#byteRate.take(chunk.length, this.#now())) {
      this.hangUp('it sends too much');
      return;
    }
    const lines = this.#lines.push(chunk);
    if (lines === undefined) {
      this.hangUp('it sent a line that is too long');
      return;
    }
    for (const text of lines) {
      if (this.isOver) return;
      if (this.#state.kind === 'greeting') this.#greet(text, answer);
      else this.#take(text);
    }
  }

  #greet(text: string, answer: (hello: HelloLine) => void): void {
    const reading = decodeLine(text);
    this.received.lines += 1;
    if (reading.kind === 'line' && reading.line.kind === 'hello') {
      this.#heardAt = this.#now();
      answer(reading.line);
    } else if (reading.kind === 'line' && reading.line.kind === 'refused') {
      this.#events.line(reading.line);
      this.hangUp(reading.line.reason);
    } else this.hangUp(reading.kind === 'malformed' ? reading.reason : 'it did not say hello');
  }

  #take(text: string): void {
    this.received.lines += 1;
    if (!this.#lineRate.take(1, this.#now())) {
      this.hangUp('it sends too many lines');
      return;
    }
    this.#heardAt = this.#now();
    const reading = decodeLine(text);
    switch (reading.kind) {
      case 'line':
        this.#events.line(reading.line);
        return;
      case 'unknown':
        this.received.unknown += 1;
        return;
      case 'malformed':
        this.received.malformed += 1;
        if (this.received.malformed > MAX_MALFORMED) this.hangUp(reading.reason);
        return;
      default:
        reading satisfies never;
    }
  }
}
