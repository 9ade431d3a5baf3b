import type { Clock } from '@mdns-ambassador/mdns';
import {
  decodeLine,
  type ExamineLine,
  type ExamineWay,
  encodeLine,
  type FactsLine,
  type HelloLine,
  LineReader,
  MAX_LINE_BYTES,
  type OutcomeLine,
  type PeerLine,
  type PeerStream,
} from '@mdns-ambassador/peers';

/** What is not about us is passed over, but not without end. */
const MAX_LINES = 10_000;

/** What the other side said to one question. */
export interface Examined {
  readonly facts: FactsLine | undefined;
  /** Its clock was ahead of ours by so much when it wrote the facts. */
  readonly clockAheadMs: number;
  readonly outcomes: ReadonlyMap<ExamineWay, OutcomeLine>;
}

/** A peer link on which nothing is announced, and questions are asked. */
export class PeerTalk {
  readonly #stream: PeerStream;
  readonly #clock: Clock;
  readonly #listeners = new Set<(line: PeerLine | undefined) => void>();
  readonly #lines = new LineReader(MAX_LINE_BYTES);
  #count = 0;
  #refusal: string | undefined;

  constructor(stream: PeerStream, hello: HelloLine, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    stream.open({
      data: (chunk) => this.#read(chunk),
      ended: (reason) => this.#end(reason),
    });
    stream.write(encodeLine(hello));
  }

  /** Why the other side ended it; undefined while it goes on. Not escaped. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Resolves when everything is answered, the link has ended, or `timeoutMs` are over, with what was said until then. */
  examine(request: ExamineLine, timeoutMs: number): Promise<Examined> {
    return new Promise((resolve) => {
      let facts: FactsLine | undefined;
      let clockAheadMs = 0;
      const outcomes = new Map<ExamineWay, OutcomeLine>();
      const finish = (): void => {
        cancel();
        this.#listeners.delete(take);
        resolve({ facts, clockAheadMs, outcomes });
      };
      const take = (line: PeerLine | undefined): void => {
        if (line === undefined) finish();
        else if (line.kind === 'facts' && line.id === request.id) {
          facts = line;
          clockAheadMs = line.wall - Math.round(this.#clock.wallClock());
        } else if (line.kind === 'outcome' && line.id === request.id) {
          outcomes.set(line.way, line);
          if (request.ways.every((way) => outcomes.has(way))) finish();
        }
      };
      const cancel = this.#clock.after(timeoutMs, finish);
      this.#listeners.add(take);
      if (this.#refusal === undefined) this.#stream.write(encodeLine(request));
      else finish();
    });
  }

  async close(): Promise<void> {
    await this.#stream.close();
  }

  #read(chunk: Uint8Array): void {
    const lines = this.#lines.push(chunk);
    this.#count += lines?.length ?? 0;
    if (lines === undefined || this.#count > MAX_LINES) {
      this.#stream.destroy();
      this.#end('it says too much');
      return;
    }
    for (const text of lines) {
      const reading = decodeLine(text);
      if (reading.kind !== 'line') continue;
      if (reading.line.kind === 'refused') this.#refusal = reading.line.reason;
      for (const listener of [...this.#listeners]) listener(reading.line);
    }
  }

  #end(reason: string): void {
    this.#refusal ??= reason;
    for (const listener of [...this.#listeners]) listener(undefined);
  }
}
