import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A program of Windows that does not end is not waited for any longer. */
const TOOL_TIMEOUT_MS = 5_000;

/** Who is more than one user: by the two letters, or the number, that SDDL has for them ([MS-DTYP] 2.4.2.4, 2.5.1). */
const CROWDS: ReadonlyMap<string, string> = new Map([
  ['WD', 'Everyone'],
  ['S-1-1-0', 'Everyone'],
  ['AU', 'Authenticated Users'],
  ['S-1-5-11', 'Authenticated Users'],
  ['BU', 'Users'],
  ['S-1-5-32-545', 'Users'],
  ['IU', 'Interactive'],
  ['S-1-5-4', 'Interactive'],
  ['NU', 'Network'],
  ['S-1-5-2', 'Network'],
  ['BG', 'Guests'],
  ['S-1-5-32-546', 'Guests'],
  ['AN', 'Anonymous'],
  ['S-1-5-7', 'Anonymous'],
  ['DU', 'Domain Users'],
]);
const DOMAIN_USERS = /^S-1-5-21-[\d-]+-513$/;
/** FILE_READ_DATA, GENERIC_ALL and GENERIC_READ. */
const READS = 0x1 | 0x10000000 | 0x80000000;
/** Rights that include reading, as two letters; `CC` is the lowest bit. */
const READING_WORDS: ReadonlySet<string> = new Set(['FA', 'FR', 'GA', 'GR', 'CC']);
/** Type, flags, rights, two GUIDs, and whom it is about. */
const ENTRY = /\((X?A);([A-Z]*);(\w*);[^;]*;[^;]*;([\w-]+)[;)]/g;

/** Runs icacls; false where that failed. */
export type RunIcacls = (args: readonly string[]) => boolean;

/** Takes everybody's rights to a file but its owner's and this user's. False where Windows' icacls could not. */
export function keepToOwner(path: string, run: RunIcacls = runIcacls): boolean {
  return run([path, '/inheritance:r', '/grant:r', '*S-1-3-4:F', '/grant:r', `${userInfo().username}:F`]);
}

/** What to type for the same, in cmd.exe as in PowerShell. */
export function describeKeepToOwner(path: string): string {
  return `icacls "${path}" /inheritance:r /grant:r "${userInfo().username}:F"`;
}

/** Which groups of more than one user may read a file; none where Windows does not tell. */
export function listReaders(path: string, run: RunIcacls = runIcacls): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'ambassador-rights-'));
  try {
    const saved = join(folder, 'saved');
    return run([path, '/save', saved]) ? parseReaders(readFileSync(saved, 'utf16le')) : [];
  } catch {
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The groups that the discretionary list of a security descriptor (SDDL, whatever stands before it) lets read. */
export function parseReaders(sddl: string): readonly string[] {
  const start = sddl.indexOf('D:');
  if (start < 0) return [];
  if (/^D:[A-Z]*NO_ACCESS_CONTROL/.test(sddl.slice(start))) return ['Everyone'];
  const [list = ''] = sddl.slice(start).split('S:(');
  const readers = [...list.matchAll(ENTRY)].flatMap(([, , flags = '', rights = '', trustee = '']) => {
    const name = CROWDS.get(trustee) ?? (DOMAIN_USERS.test(trustee) ? 'Domain Users' : undefined);
    // IO: for what is made in a folder, not for itself.
    const isItself = !splitWords(flags).includes('IO');
    return name !== undefined && isItself && isReading(rights) ? [name] : [];
  });
  return [...new Set(readers)];
}

function isReading(rights: string): boolean {
  if (/^0x/i.test(rights)) return (Number.parseInt(rights, 16) & READS) !== 0;
  return splitWords(rights).some((word) => READING_WORDS.has(word));
}

/** Flags and rights are words of two letters without anything between them. */
function splitWords(words: string): readonly string[] {
  return words.match(/../g) ?? [];
}

function runIcacls(args: readonly string[]): boolean {
  const { status } = spawnSync('icacls', [...args], { stdio: 'ignore', windowsHide: true, timeout: TOOL_TIMEOUT_MS });
  return status === 0;
}
