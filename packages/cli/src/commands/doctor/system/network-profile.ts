import type { RunProgram } from '../../../network/run-program.ts';

type ProfileCategory = 'public' | 'private' | 'domain';

/** What Windows takes the network of an interface for. */
export interface NetworkProfile {
  readonly interfaceName: string;
  readonly category: ProfileCategory;
}

/** Windows PowerShell writes the number, PowerShell 7 may write the word. */
const CATEGORIES: ReadonlyMap<unknown, ProfileCategory> = new Map<unknown, ProfileCategory>([
  [0, 'public'],
  [1, 'private'],
  [2, 'domain'],
  ['Public', 'public'],
  ['Private', 'private'],
  ['DomainAuthenticated', 'domain'],
]);
const COMMAND =
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8; Get-NetConnectionProfile | Select-Object InterfaceAlias, NetworkCategory | ConvertTo-Json -Compress';
const MOST_PROFILES = 16;

/** Undefined elsewhere than on Windows, and where it does not say. Never rejects. */
export async function readNetworkProfiles(
  platform: NodeJS.Platform,
  run: RunProgram,
): Promise<readonly NetworkProfile[] | undefined> {
  if (platform !== 'win32') return undefined;
  const output = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', COMMAND]);
  return output === undefined ? undefined : parseNetworkProfiles(output);
}

/** The JSON of `Get-NetConnectionProfile`: one object, or an array of several; nothing where no network is connected. */
export function parseNetworkProfiles(output: string): readonly NetworkProfile[] | undefined {
  if (output.trim() === '') return [];
  try {
    const parsed: unknown = JSON.parse(output.replace(/^\uFEFF/, ''));
    const rows: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return rows.slice(0, MOST_PROFILES).flatMap(readProfile);
  } catch {
    return undefined;
  }
}

function readProfile(row: unknown): readonly NetworkProfile[] {
  if (typeof row !== 'object' || row === null) return [];
  const interfaceName: unknown = Reflect.get(row, 'InterfaceAlias');
  const category = CATEGORIES.get(Reflect.get(row, 'NetworkCategory'));
  return typeof interfaceName === 'string' && category !== undefined ? [{ interfaceName, category }] : [];
}
