import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Leg, resetLeg } from '@mdns-ambassador/relay';
import { type Back, Front } from './bridge.ts';
import { carryExchange, type ExchangeContext, findFault } from './exchange.ts';
import { LegAgent } from './leg-agent.ts';
import { HEADER_TIMEOUT_MS, MAX_PIPELINED } from './limits.ts';
import { encodeReply, forbid, type HttpReply, REPLIES } from './reply.ts';
import { carryUpgrade } from './upgrade.ts';

const CR = 0x0d;
const LF = 0x0a;

export interface HttpSessionOptions {
  /** The value of Authorization for the next request; undefined when there is none that can be sent. */
  readonly authorize: () => string | undefined;
  readonly onUnauthorized: () => void;
  /** The Host of every request; undefined: as the client says it. */
  readonly host: string | undefined;
  /** Why a request may not act as the user of the credentials; undefined when it may. */
  readonly findForeign: (incoming: IncomingMessage) => string | undefined;
  readonly onFault: (error: unknown) => void;
}

/** One client and one connection to the service, which is used by that client alone. */
export class HttpSession {
  /** What the client is spliced to. */
  readonly front: Front;
  readonly #leg: Leg;
  readonly #agent: LegAgent;
  readonly #options: HttpSessionOptions;
  /** Requests whose responses are not over. */
  #open = 0;
  /** Theirs, in the order in which the client gets them. */
  readonly #responses: ServerResponse[] = [];
  #headerTimer: NodeJS.Timeout | undefined;
  #isUpgraded = false;
  #isServiceGone = false;

  constructor(leg: Leg, options: HttpSessionOptions) {
    this.#leg = leg;
    this.#options = options;
    this.#agent = new LegAgent(leg);
    this.front = new Front({ onReset: () => resetLeg(leg), onBytes: (bytes) => this.#awaitHeader(bytes) });
    this.front.once('close', () => this.#end());
    leg.on('data', this.#refuseUnasked);
    leg.on('error', () => undefined);
    // It comes paused, and whoever was paused on purpose is not woken by a listener.
    leg.resume();
    leg.once('end', () => this.#serviceGone()).once('close', () => this.#serviceGone());
  }

  /** What a listener throws is told, and ends this client's connection. */
  readonly guard = <Args extends readonly unknown[]>(listener: (...args: Args) => void): ((...args: Args) => void) => {
    return (...args) => {
      try {
        listener(...args);
      } catch (error) {
        this.#fail(error);
      }
    };
  };

  get back(): Back {
    return this.front.back;
  }

  carry(incoming: IncomingMessage, response: ServerResponse): void {
    const context = this.#admit(incoming);
    if (context === undefined) return;
    response.once('close', () => this.#exchangeEnded(response));
    this.#responses.push(response);
    carryExchange(incoming, response, context);
  }

  upgrade(incoming: IncomingMessage, head: Buffer): void {
    const context = this.#admit(incoming);
    if (context === undefined) return;
    // Whoever changes the protocol must have had all answers before.
    if (this.#open > 1) {
      this.refuse(REPLIES.malformed);
      return;
    }
    carryUpgrade(incoming, head, this.back, this.#leg, {
      ...context,
      onAgreed: () => {
        this.#isUpgraded = true;
        this.#leg.off('data', this.#refuseUnasked);
      },
      onDeclined: () => {
        this.#open -= 1;
        this.back.destroySoon();
      },
    });
  }

  /** Says why a request is not passed on, as the last response; among other responses it can only be a reset. */
  refuse(reply: HttpReply): void {
    clearTimeout(this.#headerTimer);
    if (this.back.destroyed || this.back.writableEnded) return;
    if (this.#open > 1 || this.#responses[0]?.headersSent === true) {
      this.back.destroy();
      return;
    }
    this.back.write(encodeReply(reply));
    this.back.destroySoon();
    resetLeg(this.#leg);
  }

  /** Nothing more can come from the service; what has not been told to its end must not look like one. */
  break(): void {
    if (this.back.writableEnded) return;
    const [first] = this.#responses;
    if (first?.writableEnded !== true) this.back.destroy();
    // It was complete, and only those behind it are lost.
    else first.once('close', () => this.back.destroySoon());
  }

  /** Counts a request, and finds out what it is passed on with; undefined when it was refused. */
  #admit(incoming: IncomingMessage): ExchangeContext | undefined {
    clearTimeout(this.#headerTimer);
    this.#headerTimer = undefined;
    this.#open += 1;
    if (this.#open >= MAX_PIPELINED) this.back.hold();
    const authorization = this.#options.authorize();
    const fault = findFault(incoming) ?? (authorization === undefined ? REPLIES.unusableSecret : undefined);
    if (fault !== undefined || authorization === undefined) {
      this.refuse(fault ?? REPLIES.unusableSecret);
      return undefined;
    }
    const reason = this.#options.findForeign(incoming);
    if (reason !== undefined) {
      this.refuse(forbid(reason));
      return undefined;
    }
    return {
      agent: this.#agent,
      authorization,
      host: this.#options.host,
      listen: (of, event, listener) => void of.on(event, this.guard(listener)),
      onUnauthorized: this.#options.onUnauthorized,
      onBroken: () => this.break(),
      onInvalid: (reply) => this.refuse(reply),
      onUnfinished: () => this.back.destroySoon(),
    };
  }

  #fail(error: unknown): void {
    try {
      this.#options.onFault(error);
    } catch {
      // Who can't be told is not told; the connection ends all the same.
    }
    if (this.#isUpgraded) this.back.destroy();
    else this.refuse(REPLIES.fault);
    resetLeg(this.#leg);
  }

  #exchangeEnded(response: ServerResponse): void {
    this.#open -= 1;
    const index = this.#responses.indexOf(response);
    if (index !== -1) this.#responses.splice(index, 1);
    if (this.#open < MAX_PIPELINED) this.back.release();
    this.#closeWhenAlone();
  }

  /** A request that has begun must be there in time; between requests there is no hurry. */
  #awaitHeader(bytes: Buffer): void {
    // RFC 9112 2.2: empty lines may come before a request.
    if (this.#open > 0 || this.#isUpgraded || bytes.every(isLineEnd)) return;
    this.#headerTimer ??= setTimeout(() => this.refuse(REPLIES.timeout), HEADER_TIMEOUT_MS);
  }

  /** A response that nobody asked for would be taken for that to the next request. */
  readonly #refuseUnasked = (): void => {
    if (this.#open > 0) return;
    resetLeg(this.#leg);
    this.break();
  };

  #serviceGone(): void {
    this.#isServiceGone = true;
    this.#closeWhenAlone();
    // A request that was sent too late to notice the end would be waited for without end.
    if (!this.#isUpgraded) setImmediate(() => this.#leg.destroy());
  }

  /** A service may close between requests, and so does its client's connection then. */
  #closeWhenAlone(): void {
    if (this.#isServiceGone && this.#open === 0 && !this.#isUpgraded) this.back.destroySoon();
  }

  #end(): void {
    clearTimeout(this.#headerTimer);
    if (this.#isUpgraded) return;
    // A request or a response that was cut off must not look as if it were over.
    if (this.#open > 0) resetLeg(this.#leg);
    else this.#leg.end(() => this.#leg.destroy());
  }
}

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}
