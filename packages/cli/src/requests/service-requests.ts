import type { Config, ConfigEntry } from '../config/read-config.ts';
import type { CredentialsPlace } from '../config/read-credentials.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_USAGE } from '../exit/exit-codes.ts';
import type { Given, Settings } from '../settings/settings.ts';

/** One SERVICE with the options that apply to it. */
export interface ServiceRequest {
  readonly service: Given;
  readonly settings: Settings;
  /** What the file's entry has of credentials. */
  readonly credentials?: CredentialsPlace | undefined;
}

/** The file of `--config`; undefined without one. */
export async function loadConfig(settings: Settings): Promise<Config | undefined> {
  const file = settings.read('config', (text) => text);
  if (file === undefined) return undefined;
  const { readConfig } = await import('../config/read-config.ts');
  return readConfig(file);
}

/** The settings of the whole command: the file's shared keys come last. */
export function addSharedOptions(settings: Settings, config: Config | undefined): Settings {
  return config === undefined ? settings : settings.withShared(config.options);
}

/**
 * The services named on the command line, each with the file's entry of that name as its defaults; without any, the file's.
 * Refuses an empty list, and one service twice.
 */
export function listServiceRequests(
  { words, settings }: { readonly words: readonly string[]; readonly settings: Settings },
  command: string,
  entries: readonly ConfigEntry[] | undefined,
  section: string = command,
): readonly ServiceRequest[] {
  const requests =
    words.length === 0 ? listEntries(settings, entries ?? []) : listWords(words, settings, entries ?? []);
  if (requests.length === 0) {
    const hint =
      entries === undefined
        ? `name a service, such as ambassador ${command} redis`
        : `name a service, or write it in the file under ${section}:`;
    throw new CliError(entries === undefined ? EXIT_USAGE : EXIT_CONFIG, `${command} has nothing to do; ${hint}`);
  }
  refuseRepeated(requests);
  return requests;
}

/** The services of one section of the file, none or more. Refuses one service twice. */
export function listSectionRequests(settings: Settings, entries: readonly ConfigEntry[]): readonly ServiceRequest[] {
  const requests = listEntries(settings, entries);
  refuseRepeated(requests);
  return requests;
}

function listEntries(settings: Settings, entries: readonly ConfigEntry[]): readonly ServiceRequest[] {
  return entries.map(({ service, options, credentials }) => ({
    service,
    settings: settings.withFallback(options),
    credentials,
  }));
}

function listWords(
  words: readonly string[],
  settings: Settings,
  entries: readonly ConfigEntry[],
): readonly ServiceRequest[] {
  return words.map((word) => {
    const given: Given = { text: word, origin: 'SERVICE', exitCode: EXIT_USAGE };
    const entry = entries.find(({ service }) => nameOf(service.text) === nameOf(word));
    if (entry === undefined) return { service: given, settings };
    const service = nameOf(word) === word.toLowerCase() ? entry.service : given;
    return { service, settings: settings.withFallback(entry.options), credentials: entry.credentials };
  });
}

function refuseRepeated(requests: readonly ServiceRequest[]): void {
  const seen = new Set<string>();
  for (const { service } of requests) {
    if (seen.has(service.text)) {
      throw new CliError(service.exitCode, `${service.origin}: "${service.text}" is named twice; name it once`);
    }
    seen.add(service.text);
  }
}

/** `redis` of `redis:12345` and of `redis=10.0.0.1:12345`. */
function nameOf(service: string): string {
  return (/^[^:=]*/.exec(service)?.[0] ?? '').toLowerCase();
}
