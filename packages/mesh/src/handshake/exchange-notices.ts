import type { Leg } from '@mdns-ambassador/relay';
import { MAX_NOTICE_LENGTH, type SignedNotice } from '../membership/notice.ts';
import { MAX_MESHES, MAX_NOTICES } from '../membership/notice-list.ts';
import type { Notices } from '../membership/notices.ts';
import { createHandshakeError } from './handshake-error.ts';
import { readLine } from './read-line.ts';

/** Before a notice; what an announcer says who wants to hear the other's; the end of those. */
const NOTICE = '=';
const YOURS = '?';
const END = '.';
const MAX_LINE_BYTES = MAX_NOTICE_LENGTH + 2;
/** An announcer's first line, whether it is its answer or a notice. */
export const MAX_FIRST_ANSWER_BYTES: number = MAX_LINE_BYTES;

/** Whether an announcer's line is no answer yet: it tells what keepers said, or asks for it. */
export function isAboutNotices(line: Uint8Array): boolean {
  const [first] = Buffer.from(line).toString('latin1');
  return first === NOTICE || first === YOURS;
}

/** The announcer's part: tells all that it knows, and takes in what the proxy does. Rejects for lines that are none. */
export async function askForNotices(leg: Leg, notices: Notices, signal: AbortSignal): Promise<void> {
  leg.write(`${format(notices)}${YOURS}\n`);
  notices.take(await readTexts(leg, END, signal));
}

/** The proxy's part, `first` being the announcer's first line. Rejects likewise. */
export async function answerWithNotices(
  leg: Leg,
  first: Uint8Array,
  notices: Notices,
  signal: AbortSignal,
): Promise<void> {
  const known = format(notices);
  notices.take(await readTexts(leg, YOURS, signal, first));
  leg.write(`${known}${END}\n`);
}

/** An announcer's part, towards a proxy that was removed: it is told that, and nothing that it says is taken in. The answer goes behind it. */
export function formatNotice({ text }: SignedNotice): string {
  return `${NOTICE}${text}\n${YOURS}\n`;
}

/** A proxy's part, towards an announcer that was removed, once it asks: the same. Rejects where it does not ask within `signal`. */
export async function answerWithNotice(leg: Leg, { text }: SignedNotice, signal: AbortSignal): Promise<void> {
  await readTexts(leg, YOURS, signal);
  leg.end(`${NOTICE}${text}\n${END}\n`);
}

async function readTexts(leg: Leg, end: string, signal: AbortSignal, first?: Uint8Array): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let line = first; ; line = undefined) {
    const text = Buffer.from(line ?? (await readLine(leg, MAX_LINE_BYTES, signal))).toString('latin1');
    if (text === end) return texts;
    if (!text.startsWith(NOTICE) || texts.length >= MAX_NOTICES * MAX_MESHES) {
      throw createHandshakeError('denied', 'it told something else than what keepers have said');
    }
    texts.push(text.slice(NOTICE.length));
  }
}

function format({ texts }: Notices): string {
  return texts.map((text) => `${NOTICE}${text}\n`).join('');
}
