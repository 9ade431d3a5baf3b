import { connect } from 'node:net';
import { readAnswer } from './line-service.ts';
import { FIRST_ROOM, resizeRoom } from './room.ts';

const TICK_MS = 10;
const TICKS_PER_SECOND = 1_000 / TICK_MS;
const TIMEOUT_MS = 15_000;

/** How one client fared. */
export type Outcome =
  | { readonly kind: 'answered'; readonly by: string; readonly startedAt: number; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly startedAt: number; readonly tookMs: number };

/** Clients that connect to one port at a steady rate, or as fast as they are answered, each anew: ask one line, check the answer, close. */
export class Clients {
  readonly #port: number;
  readonly #perTick: number;
  readonly #waiting = new Set<Promise<void>>();
  #outcomes: Outcome[] = [];
  /** No new client while so many wait. */
  #room = FIRST_ROOM;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, perSecond: number) {
    this.#port = port;
    this.#perTick = Math.ceil(perSecond / TICKS_PER_SECOND);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#send(), TICK_MS);
  }

  /** What happened since the last call of `take`. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** The same, once. */
  take(): readonly Outcome[] {
    const taken = this.#outcomes;
    this.#outcomes = [];
    return taken;
  }

  /** No new clients; resolves when those that wait have been served. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.#waiting);
  }

  #send(): void {
    for (let sent = 0; sent < this.#perTick && this.#waiting.size < this.#room; sent++) {
      const asking = ask(this.#port).then((outcome) => {
        this.#outcomes.push(outcome);
        this.#room = resizeRoom(this.#room, outcome.tookMs);
        this.#waiting.delete(asking);
      });
      this.#waiting.add(asking);
    }
  }
}

/** One client. Never rejects. */
async function ask(port: number): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise<Outcome>((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const finish = (failure: string): void => {
      clearTimeout(timer);
      const times = { startedAt, tookMs: performance.now() - startedAt };
      const by = readAnswer(answer);
      resolve(by === undefined ? { kind: 'failed', reason: failure, ...times } : { kind: 'answered', by, ...times });
      socket.destroy();
    };
    const timer = setTimeout(() => finish('no answer in time'), TIMEOUT_MS);
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write('who is there?\n'));
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    socket.on('end', () => finish(answer === '' ? 'closed without an answer' : 'a garbled answer'));
  });
}
