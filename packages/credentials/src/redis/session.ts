import { readLogin, wordOf, writeCommand } from './command.ts';
import { CommandScanner } from './command-scanner.ts';
import { FrameScanner, type RedisFrame } from './frame-scanner.ts';
import { judgeLogin, type RedisLogin } from './login.ts';

const TLS_HANDSHAKE = 0x16;
const SKIPPED_RESET = Buffer.from(
  '-ERR ambassador: RESET is followed by a login, and CLIENT REPLY SKIP hides its reply\r\n',
);
const NOT_LOGGED_IN = Buffer.from('-NOAUTH ambassador: after RESET the service refuses the credentials\r\n');

/** What a session does to the world. */
export interface SessionWorld {
  toClient(bytes: Buffer): void;
  toUpstream(bytes: Buffer): void;
  /** AUTH with the secret, in the place of the client's own. */
  login(): Buffer;
  /** After RESET: AUTH with the next secret; undefined when there is none left. `isFirst`: a new login. */
  nextLogin(isFirst: boolean): Promise<Buffer | undefined>;
  /** The client's bytes are wanted again. */
  released(): void;
  /** The session is over: a last word for the client, or none. */
  ended(reply: Buffer | undefined): void;
  /** A Redis Cluster's redirection; once. */
  moved(to: string): void;
  tlsClient(): void;
}

type RedisSessionState =
  /** Bytes pass; both directions are scanned for what matters. `held` may become the client's login. */
  | { readonly kind: 'passing'; readonly held: Buffer }
  /** RESET was passed on: whatever follows must wait until there was a new login. */
  | { readonly kind: 'resetting'; readonly held: Buffer }
  | { readonly kind: 'logging-in'; readonly held: Buffer }
  /** Nothing is looked at any more. */
  | { readonly kind: 'transparent' }
  | { readonly kind: 'over' };

const TRANSPARENT: RedisSessionState = { kind: 'transparent' };
const PASSING: RedisSessionState = { kind: 'passing', held: Buffer.alloc(0) };

/**
 * What happens between a client and a Redis that has taken our login. Bytes pass, but for the client's own logins, which become ours
 * wherever they stand, so that the server answers them in their turn; and for RESET, which takes the login away: it is done again
 * before anything else is let through.
 */
export class RedisSession {
  readonly #world: SessionWorld;
  readonly #frames = new FrameScanner();
  readonly #commands = new CommandScanner();
  #state: RedisSessionState = PASSING;
  #isMovedTold = false;
  #hasSpoken = false;
  /** The server says nothing to the client's next command, so that a RESET would be waited for without end. */
  #skipsReply = false;

  constructor(world: SessionWorld) {
    this.#world = world;
  }

  /** Whether the client's bytes should wait; what is given nevertheless is held. */
  get isHolding(): boolean {
    const { kind } = this.#state;
    return kind === 'resetting' || kind === 'logging-in';
  }

  takeClient(chunk: Buffer): void {
    const state = this.#state;
    switch (state.kind) {
      case 'passing':
        if (!this.#hasSpoken && chunk[0] === TLS_HANDSHAKE) {
          this.#world.tlsClient();
          this.#end(undefined);
        } else this.#pass(joined(state.held, chunk));
        return;
      case 'resetting':
      case 'logging-in':
        this.#state = { ...state, held: joined(state.held, chunk) };
        return;
      case 'transparent':
        this.#world.toUpstream(chunk);
        return;
      case 'over':
        return;
      default:
        state satisfies never;
    }
  }

  /** What the client had begun is passed on: there will be no more of it. */
  endClient(): void {
    if (this.#state.kind !== 'passing' || this.#state.held.length === 0) return;
    const { held } = this.#state;
    this.#state = TRANSPARENT;
    this.#world.toUpstream(held);
  }

  /** No reply will come any more: what waits for one reaches nobody. */
  endUpstream(): void {
    if (!this.isHolding) return;
    this.#state = { kind: 'over' };
    this.#world.released();
  }

  takeUpstream(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const state = this.#state;
      if (state.kind === 'over') return;
      if (state.kind === 'transparent') {
        this.#world.toClient(chunk.subarray(at));
        return;
      }
      const frame = this.#frames.advance(chunk, at);
      if (frame === undefined) {
        if (state.kind !== 'logging-in') this.#world.toClient(chunk.subarray(at));
        if (this.#frames.isLost) this.#giveUpLooking(state.kind === 'logging-in');
        return;
      }
      at = this.#takeFrame(frame, chunk, at);
    }
  }

  #takeFrame(frame: RedisFrame, chunk: Buffer, at: number): number {
    const state = this.#state;
    switch (state.kind) {
      case 'passing':
        this.#lookForMove(frame);
        return this.#passFrames(chunk, at, frame.end);
      case 'resetting':
        this.#world.toClient(chunk.subarray(at, frame.end));
        if (frame.type === '+' && frame.line === 'RESET') this.#logIn(state.held, true);
        else if (isResetRefused(frame)) this.#goOn(state.held);
        return frame.end;
      case 'logging-in':
        if (frame.type !== '>') this.#takeLogin(judgeLogin(frame), state.held);
        return frame.end;
      case 'transparent':
      case 'over':
        return chunk.length;
      default:
        return state satisfies never;
    }
  }

  /** The frames that follow in the chunk change nothing either: they go to the client in one piece. */
  #passFrames(chunk: Buffer, from: number, firstEnd: number): number {
    let end = firstEnd;
    while (end < chunk.length) {
      const frame = this.#frames.advance(chunk, end);
      if (frame === undefined) {
        end = chunk.length;
        if (this.#frames.isLost) this.#giveUpLooking(false);
        break;
      }
      this.#lookForMove(frame);
      end = frame.end;
    }
    this.#world.toClient(from === 0 && end === chunk.length ? chunk : chunk.subarray(from, end));
    return end;
  }

  #lookForMove({ type, line }: RedisFrame): void {
    if (this.#isMovedTold || type !== '-' || !line.startsWith('MOVED ')) return;
    this.#isMovedTold = true;
    this.#world.moved(line.split(' ')[2] ?? '');
  }

  /** Takes whole chunks where it can: what lies between two logins of the client goes on in one piece. */
  #pass(chunk: Buffer): void {
    this.#hasSpoken = true;
    this.#state = PASSING;
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#commands.isBetween) {
        const login = readLogin(chunk, at);
        if (login.kind === 'incomplete') {
          this.#forward(chunk, from, at);
          this.#state = { kind: 'passing', held: Buffer.from(chunk.subarray(at)) };
          return;
        }
        if (login.kind === 'command') {
          this.#forward(chunk, from, at);
          this.#world.toUpstream(this.#replaceLogin(login.args) ?? chunk.subarray(at, login.end));
          this.#skipsReply = false;
          from = login.end;
          at = login.end;
          continue;
        }
      }
      const command = this.#commands.advance(chunk, at);
      if (command === undefined) break;
      at = command.end;
      if (command.name === 'SYNC' || command.name === 'PSYNC') {
        // What a replica is sent is no RESP.
        this.#state = TRANSPARENT;
        break;
      }
      if (command.name === 'RESET' && command.argumentCount === 1) {
        this.#state = { kind: 'resetting', held: Buffer.from(chunk.subarray(at)) };
        this.#forward(chunk, from, at);
        if (this.#skipsReply) this.#end(SKIPPED_RESET);
        return;
      }
      this.#skipsReply = command.name === 'CLIENT' && command.words === 'REPLY SKIP';
    }
    if (this.#commands.isLost) this.#state = TRANSPARENT;
    this.#forward(chunk, from, chunk.length);
  }

  #forward(chunk: Buffer, from: number, to: number): void {
    if (from < to) this.#world.toUpstream(chunk.subarray(from, to));
  }

  /** What goes on instead of AUTH or HELLO; undefined where they name no login, or none that a server would understand. */
  #replaceLogin(args: readonly Buffer[]): Buffer | undefined {
    if (wordOf(args[0]) === 'HELLO') return withoutLogin(args);
    return args.length === 2 || args.length === 3 ? this.#world.login() : undefined;
  }

  /** What was held is the client's next words. */
  #goOn(held: Buffer): void {
    this.#pass(held);
    if (!this.isHolding) this.#world.released();
  }

  #logIn(held: Buffer, isFirst: boolean): void {
    this.#state = { kind: 'logging-in', held };
    this.#world.nextLogin(isFirst).then(
      (login) => {
        if (this.#state.kind === 'over') return;
        if (login === undefined) this.#end(NOT_LOGGED_IN);
        else this.#world.toUpstream(login);
      },
      () => this.#end(undefined),
    );
  }

  #takeLogin(outcome: RedisLogin, held: Buffer): void {
    switch (outcome.kind) {
      case 'accepted':
        this.#goOn(held);
        return;
      case 'refused':
      case 'failed':
        this.#logIn(held, false);
        return;
      default:
        outcome satisfies never;
    }
  }

  #giveUpLooking(isUnsafe: boolean): void {
    const state = this.#state;
    if (isUnsafe) {
      this.#end(undefined);
      return;
    }
    this.#state = TRANSPARENT;
    if ('held' in state && state.held.length > 0) this.#world.toUpstream(state.held);
    this.#world.released();
  }

  #end(reply: Buffer | undefined): void {
    if (this.#state.kind === 'over') return;
    this.#state = { kind: 'over' };
    this.#world.ended(reply);
  }
}

/** HELLO without the client's own AUTH; undefined where it has none. */
function withoutLogin(args: readonly Buffer[]): Buffer | undefined {
  const kept = args.slice(0, 2);
  let at = 2;
  while (at < args.length) {
    const word = wordOf(args[at]);
    const isWholeLogin = word === 'AUTH' && at + 2 < args.length;
    const length = isWholeLogin ? 3 : word === 'SETNAME' ? 2 : 1;
    if (!isWholeLogin) kept.push(...args.slice(at, at + length));
    at += length;
  }
  return kept.length === args.length ? undefined : writeCommand(kept);
}

/** A Redis before 6.2 does not know RESET, and a user may be denied it: then nothing was reset. */
function isResetRefused({ type, line }: RedisFrame): boolean {
  return (
    type === '-' &&
    (/^NOPERM .*'reset'/i.test(line) ||
      /^ERR (unknown command|wrong number of arguments for) [`']reset[`']/i.test(line))
  );
}

function joined(a: Buffer, b: Buffer): Buffer {
  return a.length === 0 ? b : Buffer.concat([a, b]);
}
