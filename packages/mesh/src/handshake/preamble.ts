import type { Unknowns } from '@mdns-ambassador/relay/read-value';
import { isServiceName } from '../role.ts';

/** CONTRACT 4: the client's first line, its end included. */
export const MAX_REQUEST_BYTES = 512;
/** The longest answer that we know has 10 bytes. */
export const MAX_ANSWER_BYTES = 64;
const VERSION = 1;
const DIGEST = /^[0-9a-f-]{1,32}$/;
const OPENINGS = /[[{]/g;
/** A request has no use for nested values. */
const MAX_OPENINGS = 8;

/** What a client asks for. */
export interface Request {
  readonly service: string;
  /** It has nobody to carry yet and will ask again when it has. An announcer that does not know this answers as always. */
  readonly warm: boolean;
  /** Stands for what it knows of what keepers have said; undefined for a former version. */
  readonly digest?: string | undefined;
}

export type AnswerWord = 'ready' | RefusalWord;
/** Why an announcer does not take a connection. */
export type RefusalWord = 'busy' | 'down' | 'denied' | 'draining';

const REFUSALS: readonly RefusalWord[] = ['busy', 'down', 'denied', 'draining'];
const decoder = new TextDecoder('utf-8', { fatal: true });

/** `{"v":1,"svc":"redis"}\n` */
export function formatRequest({ service, warm, digest }: Request): string {
  const known = digest === undefined ? {} : { rm: digest };
  return `${JSON.stringify({ v: VERSION, svc: service, ...(warm ? { warm } : {}), ...known })}\n`;
}

/** Reads a line without its end. Returns the reason, for people, where it is no request of this version. Keys that are not known are left alone. */
export function parseRequest(line: Uint8Array): Request | string {
  let value: unknown;
  try {
    const text = decoder.decode(line);
    if ((text.match(OPENINGS)?.length ?? 0) > MAX_OPENINGS) return 'its request is too deep';
    value = JSON.parse(text);
  } catch {
    return 'its request is no JSON';
  }
  if (typeof value !== 'object' || value === null) return 'its request is no object';
  const { v, svc: service, rm: digest, warm }: Unknowns = { ...value };
  if (v !== VERSION) return `its request is not of version ${VERSION}`;
  if (typeof service !== 'string' || !isServiceName(service)) return 'its request names no service';
  const known = typeof digest === 'string' && DIGEST.test(digest) ? { digest } : {};
  return { service, warm: warm === true, ...known };
}

export function formatAnswer(answer: AnswerWord): string {
  return answer === 'ready' ? '+\n' : `-${answer}\n`;
}

/** Undefined where the line, without its end, is no answer. A refusal that is not known counts as `down`. */
export function parseAnswer(line: Uint8Array): AnswerWord | undefined {
  const text = Buffer.from(line).toString('latin1');
  if (text === '+') return 'ready';
  if (!/^-[a-z]+$/.test(text)) return undefined;
  return REFUSALS.find((refusal) => text === `-${refusal}`) ?? 'down';
}
