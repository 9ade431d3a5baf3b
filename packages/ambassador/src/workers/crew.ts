import { type Clock, type DrainOutcome, RelayError } from '@mdns-ambassador/relay';
import { doubledMs } from '@mdns-ambassador/relay/backoff';
import { AmbassadorError } from '../ambassador-error.ts';
import type { FromWorker, ToWorker, WorkerNote } from './worker-message.ts';
import { closeTally, joinTallies, type WorkerTally } from './worker-tally.ts';

/** One that lived for less is not started again at once. */
const SHORT_LIFE_MS = 10_000;
const PAUSE = { firstMs: 100, maxMs: 5_000 };

/** A process that carries connections. */
export interface WorkerProcess {
  /** No-op once it has ended. */
  send(message: ToWorker): void;
  /** At once. */
  kill(): void;
  /** How, for people: `SIGKILL`, `exit code 1`. Never rejects. */
  readonly ended: Promise<string>;
}

export interface WorkerStart {
  /** The sockets to listen on; the process has them in this order. */
  readonly fds: readonly number[];
  /** The names of those who find endpoints. */
  readonly sources: readonly string[];
}

/** `onMessage` is not called after the process has ended. */
export type StartWorker = (start: WorkerStart, onMessage: (message: FromWorker) => void) => WorkerProcess;

export interface CrewOptions {
  readonly workers: number;
  readonly clock: Clock;
  readonly startWorker: (number: number, onMessage: (message: FromWorker) => void) => WorkerProcess;
  /** It can be told things. */
  readonly onStarted: (number: number) => void;
  readonly onMessage: (number: number, message: FromWorker) => void;
  /** It is started again, unless the crew was stopped. */
  readonly onEnded: (number: number, how: string) => void;
}

interface Worker {
  readonly process: WorkerProcess;
  readonly startedAt: number;
  readonly notes: Map<string, WorkerNote>;
  tally: WorkerTally | undefined;
  /** Why it can't listen. */
  failure: string | undefined;
  /** Who waits for its next word of a kind; called with undefined when it has ended before. */
  readonly expected: Set<Expectation>;
}

interface Expectation {
  readonly kinds: readonly FromWorker['kind'][];
  readonly settle: (message: FromWorker | undefined) => void;
}

/** The workers of one service, from 1 on: each is started again when it ends, and hears what the others note. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #workers = new Map<number, Worker>();
  readonly #shortLives = new Map<number, number>();
  readonly #pauses = new Map<number, () => void>();
  /** Of those that have ended. */
  #past: WorkerTally | undefined;
  #isStopped = false;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Resolves when all listen; rejects with the first that can't, and then has to be closed. */
  async start(): Promise<void> {
    const numbers = Array.from({ length: this.#options.workers }, (_, index) => index + 1);
    await Promise.all(
      numbers.map(async (number) => {
        const worker = this.#begin(number);
        const said = await expectOf(worker, ['listening', 'failed']);
        if (said?.kind === 'failed') throw new RelayError(said.code, said.message);
        if (said === undefined) {
          throw new AmbassadorError('no-worker', `worker ${number} ended before it listened; start it again`);
        }
      }),
    );
  }

  /** Those that run. */
  numbers(): readonly number[] {
    return [...this.#workers.keys()];
  }

  tallies(): readonly WorkerTally[] {
    const now = [...this.#workers.values()].flatMap(({ tally }) => tally ?? []);
    return this.#past === undefined ? now : [this.#past, ...now];
  }

  tell(number: number, message: ToWorker): void {
    this.#workers.get(number)?.process.send(message);
  }

  tellAll(message: ToWorker): void {
    for (const { process } of this.#workers.values()) process.send(message);
  }

  /** None listens any more when it resolves, and none is started again. Who does not say so within `timeoutMs` is ended. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#pauses.values()) cancel();
    this.#pauses.clear();
    await Promise.all([...this.#workers.values()].map((one) => this.#ask(one, { kind: 'stop' }, 'stopped', timeoutMs)));
  }

  /** Who has not said within `boundMs` that it is done is ended. What one carries that ends before counts as reset. */
  async drain(timeoutMs: number, boundMs: number): Promise<DrainOutcome> {
    const outcomes = await Promise.all(
      [...this.#workers.values()].map(async (worker) => {
        const said = await this.#ask(worker, { kind: 'drain', timeoutMs }, 'drained', boundMs);
        if (said?.kind !== 'drained') return { finished: 0, reset: worker.tally?.counters.active ?? 0 };
        worker.tally = said.tally;
        return said;
      }),
    );
    return outcomes.reduce(
      (sum, { finished, reset }) => ({ finished: sum.finished + finished, reset: sum.reset + reset }),
      { finished: 0, reset: 0 },
    );
  }

  /** Resets what is carried, and resolves when no process is left. Who has not ended that within `boundMs` is ended with it. */
  async close(boundMs: number): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#pauses.values()) cancel();
    const left = [...this.#workers.values()];
    await Promise.all(left.map((worker) => this.#ask(worker, { kind: 'close' }, 'closed', boundMs)));
    for (const { process } of left) process.kill();
    await Promise.all(left.map(({ process }) => process.ended));
  }

  #begin(number: number): Worker {
    const { startWorker, clock, onStarted, onEnded } = this.#options;
    const process = startWorker(number, (message) => this.#hear(number, worker, message));
    const worker: Worker = {
      process,
      startedAt: clock.now(),
      notes: new Map(),
      tally: undefined,
      failure: undefined,
      expected: new Set(),
    };
    this.#workers.set(number, worker);
    onStarted(number);
    for (const other of this.#workers.values()) {
      if (other !== worker) for (const note of other.notes.values()) process.send({ kind: 'note', note });
    }
    void process.ended.then((how) => {
      this.#bury(number, worker);
      onEnded(number, worker.failure ?? how);
      if (!this.#isStopped) this.#beginLater(number, clock.now() - worker.startedAt);
    });
    return worker;
  }

  #beginLater(number: number, livedMs: number): void {
    const short = livedMs < SHORT_LIFE_MS ? (this.#shortLives.get(number) ?? 0) + 1 : 0;
    this.#shortLives.set(number, short);
    const cancel = this.#options.clock.after(pauseAfter(short), () => {
      this.#pauses.delete(number);
      this.#begin(number);
    });
    this.#pauses.set(number, cancel);
  }

  #bury(number: number, worker: Worker): void {
    this.#workers.delete(number);
    if (worker.tally !== undefined) {
      const closed = closeTally(worker.tally);
      this.#past = this.#past === undefined ? closed : joinTallies(this.#past, closed);
    }
    for (const note of worker.notes.values()) this.#passOn(worker, undo(note));
    for (const { settle } of [...worker.expected]) settle(undefined);
  }

  #hear(number: number, worker: Worker, message: FromWorker): void {
    if (message.kind === 'tally') worker.tally = message.tally;
    else if (message.kind === 'note') this.#note(worker, message.note);
    else if (message.kind === 'failed') {
      // One that can't listen is of no use: it is ended, and tried again later.
      worker.failure = message.message;
      worker.process.kill();
    } else this.#options.onMessage(number, message);
    for (const { kinds, settle } of [...worker.expected]) if (kinds.includes(message.kind)) settle(message);
  }

  /** What lasts is kept for those that begin later. */
  #note(worker: Worker, note: WorkerNote): void {
    if (note.kind === 'testing') {
      if (note.isTesting) worker.notes.set('testing', note);
      else worker.notes.delete('testing');
    } else if (note.kind === 'cancel-key') {
      if (note.endpointId === undefined) worker.notes.delete(note.key);
      else worker.notes.set(note.key, note);
    }
    this.#passOn(worker, note);
  }

  #passOn(from: Worker, note: WorkerNote): void {
    for (const worker of this.#workers.values()) if (worker !== from) worker.process.send({ kind: 'note', note });
  }

  async #ask(
    worker: Worker,
    message: ToWorker,
    kind: FromWorker['kind'],
    timeoutMs: number,
  ): Promise<FromWorker | undefined> {
    const cancel = this.#options.clock.after(timeoutMs, () => worker.process.kill());
    const answer = expectOf(worker, [kind]);
    worker.process.send(message);
    const said = await answer;
    cancel();
    return said;
  }
}

/** How long a worker is away after so many short lives in a row, in milliseconds. */
export function pauseAfter(shortLives: number): number {
  return shortLives <= 1 ? 0 : doubledMs(shortLives - 1, PAUSE);
}

function expectOf(worker: Worker, kinds: readonly FromWorker['kind'][]): Promise<FromWorker | undefined> {
  return new Promise((resolve) => {
    const expectation: Expectation = {
      kinds,
      settle: (message) => {
        worker.expected.delete(expectation);
        resolve(message);
      },
    };
    worker.expected.add(expectation);
  });
}

function undo(note: WorkerNote): WorkerNote {
  switch (note.kind) {
    case 'testing':
      return { kind: 'testing', isTesting: false };
    case 'cancel-key':
      return { kind: 'cancel-key', key: note.key };
    default:
      return note;
  }
}
