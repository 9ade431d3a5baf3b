import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '@mdns-ambassador/relay';
import { MAX_NOTICE_LENGTH } from './notice.ts';
import { MAX_NOTICES } from './notice-list.ts';

const HEADING = '# What the keepers of this mesh have said of its machines; each line is signed.';

/** Where what is said in one mesh is kept, in the folder for what is to last. */
export function nameNoticeFile(folder: string, meshId: string): string {
  return join(folder, `notices-${meshId}`);
}

/** The texts that are kept of a mesh, yet to be verified; none where there is no such file. Never throws. */
export function readNoticeFile(folder: string, meshId: string): readonly string[] {
  try {
    const text = readFileSync(nameNoticeFile(folder, meshId), 'utf8');
    if (text.length > (MAX_NOTICES + 1) * (MAX_NOTICE_LENGTH + 1)) return [];
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  } catch {
    return [];
  }
}

/** Replaces what is kept of a mesh as a whole. Throws where it can't. */
export function writeNoticeFile(folder: string, meshId: string, texts: readonly string[]): void {
  replaceFile(nameNoticeFile(folder, meshId), `${[HEADING, ...texts].join('\n')}\n`, { flush: true });
}
