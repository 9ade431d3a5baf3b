import { type CommandReading, readLeadingCommand, wordOf, writeCommand } from './command.ts';
import { CommandScanner } from './command-scanner.ts';
import { type Frame, FrameScanner } from './frame-scanner.ts';
import type { LoginOutcome } from './login.ts';
import { judgeLogin } from './login.ts';

/** Longer beginnings of a command are not waited for. */
const MAX_LEADING_BYTES = 20_000;
const TLS_HANDSHAKE = 0x16;
const OK = Buffer.from('+OK\r\n');
const SKIPPED_RESET = Buffer.from(
  '-ERR ambassador: RESET is followed by a login, and CLIENT REPLY SKIP hides its reply\r\n',
);
const NOTHING = Buffer.alloc(0);

/** What a session does to the world. */
export interface SessionWorld {
  toClient(bytes: Buffer): void;
  toUpstream(bytes: Buffer): void;
  /** After RESET: writes AUTH with the next secret upstream, later; false when there is none left. `isFirst`: a new login. */
  logIn(isFirst: boolean): Promise<boolean>;
  /** The client's bytes are wanted again. */
  released(): void;
  /** The session is over: a last word for the client, or none. */
  ended(reply: Buffer | undefined): void;
  /** A Redis Cluster's redirection; once. */
  moved(to: string): void;
  tlsClient(): void;
}

type State =
  /** The session's beginning, where the client may log in; `held` is a command that is not complete. */
  | { readonly kind: 'leading'; readonly held: Buffer }
  /** A leading command was passed on, and its reply is awaited. */
  | { readonly kind: 'awaiting'; readonly held: Buffer }
  /** Bytes pass; both directions are scanned for what matters. */
  | { readonly kind: 'passing' }
  /** RESET was passed on: whatever follows must wait until there was a new login. */
  | { readonly kind: 'resetting'; readonly held: Buffer }
  | { readonly kind: 'logging-in'; readonly held: Buffer }
  /** Nothing is looked at any more. */
  | { readonly kind: 'transparent' }
  | { readonly kind: 'over' };

/**
 * What happens between a client and a Redis that has taken our login. The client's own logins at the beginning are answered
 * here; after that bytes pass, but for RESET, which takes the login away: it is done again before anything else is let through,
 * and the client is at the beginning once more.
 */
export class RedisSession {
  readonly #world: SessionWorld;
  readonly #frames = new FrameScanner();
  #commands = new CommandScanner();
  #state: State = { kind: 'leading', held: NOTHING };
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
    return kind === 'awaiting' || kind === 'resetting' || kind === 'logging-in';
  }

  takeClient(chunk: Buffer): void {
    const state = this.#state;
    switch (state.kind) {
      case 'leading':
        if (!this.#hasSpoken && chunk[0] === TLS_HANDSHAKE) this.#refuseTls();
        else this.#lead(joined(state.held, chunk));
        return;
      case 'awaiting':
      case 'resetting':
      case 'logging-in':
        this.#state = { ...state, held: joined(state.held, chunk) };
        return;
      case 'passing':
        this.#pass(chunk);
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
    if (this.#state.kind !== 'leading' || this.#state.held.length === 0) return;
    const { held } = this.#state;
    this.#state = { kind: 'transparent' };
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

  #takeFrame(frame: Frame, chunk: Buffer, at: number): number {
    const state = this.#state;
    switch (state.kind) {
      case 'passing':
      case 'leading':
        this.#lookForMove(frame);
        return this.#passFrames(chunk, at, frame.end);
      case 'awaiting':
        this.#world.toClient(chunk.subarray(at, frame.end));
        if (frame.type !== '>') this.#resume(state.held);
        return frame.end;
      case 'resetting':
        this.#world.toClient(chunk.subarray(at, frame.end));
        if (frame.type === '+' && frame.line === 'RESET') this.#logIn(state.held, true);
        else if (isResetRefused(frame)) {
          this.#state = { kind: 'passing' };
          this.#pass(state.held);
          this.#world.released();
        }
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

  #lookForMove({ type, line }: Frame): void {
    if (this.#isMovedTold || type !== '-' || !line.startsWith('MOVED ')) return;
    this.#isMovedTold = true;
    this.#world.moved(line.split(' ')[2] ?? '');
  }

  #lead(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      this.#hasSpoken = true;
      const reading: CommandReading = rest.length > MAX_LEADING_BYTES ? { kind: 'other' } : readLeadingCommand(rest);
      switch (reading.kind) {
        case 'incomplete':
          this.#state = { kind: 'leading', held: Buffer.from(rest) };
          return;
        case 'other':
          this.#state = { kind: 'passing' };
          this.#commands = new CommandScanner();
          // Of a lent chunk only the whole is sure to hold its reader back; a part may wait when the chunk is read into again.
          this.#pass(rest.length === bytes.length ? rest : Buffer.from(rest));
          return;
        case 'blank':
          rest = rest.subarray(reading.length);
          break;
        case 'command': {
          const after = rest.subarray(reading.length);
          if (!isLogin(reading.args)) {
            this.#state = { kind: 'awaiting', held: Buffer.from(after) };
            this.#world.toUpstream(withoutLogin(reading.args));
            return;
          }
          this.#world.toClient(OK);
          rest = after;
          break;
        }
        default:
          reading satisfies never;
      }
    }
    this.#state = { kind: 'leading', held: NOTHING };
  }

  #pass(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const command = this.#commands.advance(chunk, at);
      if (command === undefined) break;
      at = command.end;
      if (command.name === 'SYNC' || command.name === 'PSYNC') {
        // What a replica is sent is no RESP.
        this.#state = { kind: 'transparent' };
        break;
      }
      if (command.name === 'RESET' && command.argumentCount === 1) {
        this.#state = { kind: 'resetting', held: Buffer.from(chunk.subarray(at)) };
        this.#world.toUpstream(chunk.subarray(0, at));
        if (this.#skipsReply) this.#end(SKIPPED_RESET);
        return;
      }
      this.#skipsReply = command.name === 'CLIENT' && command.words === 'REPLY SKIP';
    }
    if (this.#commands.isLost) this.#state = { kind: 'transparent' };
    if (chunk.length > 0) this.#world.toUpstream(chunk);
  }

  /** The client is at the session's beginning again. */
  #resume(held: Buffer): void {
    this.#state = { kind: 'leading', held: NOTHING };
    this.#lead(held);
    if (!this.isHolding) this.#world.released();
  }

  #logIn(held: Buffer, isFirst: boolean): void {
    this.#state = { kind: 'logging-in', held };
    this.#world.logIn(isFirst).then(
      (hasTried) => {
        if (!hasTried)
          this.#end(Buffer.from('-NOAUTH ambassador: after RESET the service refuses the credentials\r\n'));
      },
      () => this.#end(undefined),
    );
  }

  #takeLogin(outcome: LoginOutcome, held: Buffer): void {
    switch (outcome.kind) {
      case 'accepted':
        this.#resume(held);
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
    this.#state = { kind: 'transparent' };
    if ('held' in state && state.held.length > 0) this.#world.toUpstream(state.held);
    this.#world.released();
  }

  #refuseTls(): void {
    this.#world.tlsClient();
    this.#end(undefined);
  }

  #end(reply: Buffer | undefined): void {
    if (this.#state.kind === 'over') return;
    this.#state = { kind: 'over' };
    this.#world.ended(reply);
  }
}

function isLogin(args: readonly Buffer[]): boolean {
  return wordOf(args[0]) === 'AUTH' && (args.length === 2 || args.length === 3);
}

/** HELLO without the client's own AUTH; every other command as it is. */
function withoutLogin(args: readonly Buffer[]): Buffer {
  if (wordOf(args[0]) !== 'HELLO') return writeCommand(args);
  const kept = args.slice(0, 2);
  let at = 2;
  while (at < args.length) {
    const word = wordOf(args[at]);
    const isWholeLogin = word === 'AUTH' && at + 2 < args.length;
    const length = isWholeLogin ? 3 : word === 'SETNAME' ? 2 : 1;
    if (!isWholeLogin) kept.push(...args.slice(at, at + length));
    at += length;
  }
  return writeCommand(kept);
}

/** A Redis before 6.2 does not know RESET, and a user may be denied it: then nothing was reset. */
function isResetRefused({ type, line }: Frame): boolean {
  return (
    type === '-' &&
    (/^NOPERM .*'reset'/i.test(line) ||
      /^ERR (unknown command|wrong number of arguments for) [`']reset[`']/i.test(line))
  );
}

function joined(a: Buffer, b: Buffer): Buffer {
  return a.length === 0 ? b : Buffer.concat([a, b]);
}
