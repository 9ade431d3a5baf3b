import { type KeyObject, sign, verify } from 'node:crypto';
import { isMachineName } from './machine-name.ts';

/**
 * What a keeper says of one machine. `removed`: nobody of the mesh serves it or is served by it. `restored`: that is undone. `named`: it is called
 * by this name, whatever its certificate says.
 */
export type NoticeKind = 'removed' | 'restored' | 'named';

export interface Notice {
  /** The mesh whose key signs: 16 hexadecimal digits. */
  readonly meshId: string;
  /** The key id of the machine: 40 hexadecimal digits. */
  readonly machine: string;
  readonly kind: NoticeKind;
  /** What it is called, see `isMachineName`. */
  readonly name: string;
  /** One more than the highest that its keeper knew of, from 1 on: the higher one counts. */
  readonly generation: number;
  /** When it was said, in milliseconds since 1970. */
  readonly at: number;
}

/** With its text, which is what is kept and told: it verifies as it stands. */
export interface SignedNotice extends Notice {
  readonly text: string;
}

/** Stands before what is signed: no other text of ours begins so. */
const CONTEXT = 'ambassador/notice/v1 ';
/** No notice is longer. */
export const MAX_NOTICE_LENGTH = 256;
const TEXT =
  /^([0-9a-f]{16}) ([0-9a-f]{40}) (removed|restored|named) ([1-9]\d{0,15}) (0|[1-9]\d{0,15}) (\S{1,32}) ([\w-]{86})$/;

/** `key` is that of the authority of its mesh's machines. Throws nothing: what is no machine name is read by nobody. */
export function signNotice(notice: Notice, key: KeyObject): SignedNotice {
  const words = formatWords(notice);
  const signature = sign(null, Buffer.from(CONTEXT + words), key).toString('base64url');
  return { ...notice, text: `${words} ${signature}` };
}

/** Reads a text, whose signature is yet to be verified; undefined where it is no notice. Never throws. */
export function parseNotice(text: string): SignedNotice | undefined {
  if (text.length > MAX_NOTICE_LENGTH) return undefined;
  const [, meshId, machine, kind, generation, at, name, signature] = TEXT.exec(text) ?? [];
  if (meshId === undefined || machine === undefined || signature === undefined) return undefined;
  if (name === undefined || !isMachineName(name)) return undefined;
  const notice = { meshId, machine, kind: kind as NoticeKind, name, generation: Number(generation), at: Number(at) };
  if (!Number.isSafeInteger(notice.generation) || !Number.isSafeInteger(notice.at)) return undefined;
  // One notice has one text.
  return text === `${formatWords(notice)} ${signature}` ? { ...notice, text } : undefined;
}

/** Whether the keeper of this public key has signed it. */
export function isSignedBy({ text }: SignedNotice, key: KeyObject): boolean {
  const end = text.lastIndexOf(' ');
  return verify(null, Buffer.from(CONTEXT + text.slice(0, end)), key, Buffer.from(text.slice(end + 1), 'base64url'));
}

/**
 * Which of two notices on the same matter counts: the one of the higher generation; of two that keepers made without knowing of each other, a
 * removal. Positive where it is `a`; 0 for one and the same.
 */
export function compareNotices(a: SignedNotice, b: SignedNotice): number {
  return (
    a.generation - b.generation ||
    RANKS[a.kind] - RANKS[b.kind] ||
    a.at - b.at ||
    (a.text === b.text ? 0 : a.text > b.text ? 1 : -1)
  );
}

const RANKS: Readonly<Record<NoticeKind, number>> = { named: 0, restored: 0, removed: 1 };

function formatWords({ meshId, machine, kind, generation, at, name }: Notice): string {
  return `${meshId} ${machine} ${kind} ${generation} ${at} ${name}`;
}
