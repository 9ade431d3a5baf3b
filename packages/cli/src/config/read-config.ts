import { dirname, resolve } from 'node:path';
import { errorCode, readInputFile, TOO_LONG } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_NO_INPUT } from '../exit/exit-codes.ts';
import { nameKey } from '../options/option.ts';
import { isLogin } from '../parse/login-file.ts';
import { findNearest } from '../parse/nearest.ts';
import type { Given, Layer } from '../settings/settings.ts';
import { type ConfigDocument, describeReadFault, MAX_FILE_BYTES, parseConfigDocument } from './config-document.ts';
import { type CredentialsPlace, refuseInlineSecrets } from './read-credentials.ts';
import { configSchema, listKeys } from './schema.ts';

/** One service of the file. */
export interface ConfigEntry {
  /** SERVICE as it would stand on the command line: `redis:12345`. */
  readonly service: Given;
  readonly options: Layer;
  readonly credentials?: CredentialsPlace;
}

/** A configuration file (CONTRACT 5) as a layer of settings. */
export interface Config {
  /** What every service shares: log level, interfaces. */
  readonly options: Layer;
  readonly announce: readonly ConfigEntry[];
  readonly proxy: readonly ConfigEntry[];
  /** Undefined: no containers are told. */
  readonly agent?: Layer | undefined;
  /** Undefined: no names are answered for. */
  readonly dns?: Layer | undefined;
}

/** Throws a {@link CliError}: 66 when the file can't be read, 78 when it is broken. */
export function readConfig(file: string): Config {
  return parseConfig(file, readConfigText(file));
}

/**
 * Throws a {@link CliError} with 66 when it can't be read. At the start it may be a pipe that the shell passes; what can be read once is not
 * read `again`.
 */
export function readConfigText(file: string, when: 'at first' | 'again' = 'at first'): string {
  try {
    return readInputFile(file, { maxBytes: MAX_FILE_BYTES, takesPipe: when === 'at first' }).toString('utf8');
  } catch (error) {
    const code = errorCode(error);
    const problem = code === TOO_LONG ? `has more than ${MAX_FILE_BYTES} bytes` : describeReadFault(code);
    throw new CliError(EXIT_NO_INPUT, `--config: "${file}" ${problem}; write the path of a YAML or JSON file`, {
      cause: error,
    });
  }
}

/** Throws a {@link CliError} with 78 and the line of what is wrong. */
export function parseConfig(file: string, text: string): Config {
  const document = parseConfigDocument(file, text);
  const announce = readEntries(document, 'announce');
  const proxy = readEntries(document, 'proxy');
  for (const { credentials } of [...announce, ...proxy])
    if (credentials !== undefined) refuseInlineSecrets(credentials);
  const parsed = configSchema.safeParse(document.value ?? {});
  if (!parsed.success) {
    const { issues } = parsed.error;
    // A key that was misspelt is missing, too.
    const unknown = issues.find(({ code }) => code === 'unrecognized_keys');
    throw new CliError(EXIT_CONFIG, describeIssue(document, unknown ?? issues[0]));
  }
  return {
    options: readSharedLayer(document),
    announce,
    proxy,
    agent: readSection(document, 'agent'),
    dns: readSection(document, 'dns'),
  };
}

interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function describeIssue(document: ConfigDocument, issue: SchemaIssue | undefined): string {
  if (issue === undefined) return `${document.locate([])}: the file is not valid`;
  const [key] = issue.keys ?? [];
  if (issue.code === 'unrecognized_keys' && key !== undefined) {
    const known = listKeys(issue.path);
    const nearest = findNearest(key, known);
    const hint = nearest === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${nearest}?`;
    return `${document.locateKey(issue.path, key)}: "${key}" is no key here; ${hint}`;
  }
  const where = issue.path.map(String).join('.');
  if (issue.path.at(-1) === 'service' && readAt(document.value, issue.path) === undefined) {
    return `${document.locate(issue.path)}: an entry without a service; write service: NAME, such as service: redis`;
  }
  if (where === '') return `${document.locate([])}: the file must be a map with keys such as announce and proxy`;
  return `${document.locate(issue.path)}: ${where}: ${issue.message}`;
}

function readEntries(document: ConfigDocument, section: 'announce' | 'proxy'): readonly ConfigEntry[] {
  const list = readMember(document.value, section);
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown, index) => {
    const path = [section, index];
    const name = String(readMember(entry, 'service'));
    const host = readMember(entry, 'host');
    const port = readMember(entry, 'port');
    const address = port === undefined ? '' : `:${String(port)}`;
    const text = host === undefined ? `${name}${address}` : `${name}=${formatHost(String(host))}${address}`;
    const origin = `${document.locate([...path, 'service'])}: service`;
    const credentials = readMember(entry, 'credentials');
    return {
      service: { text, origin, exitCode: EXIT_CONFIG },
      options: readLayer(document, entry, path),
      ...(credentials === undefined
        ? {}
        : { credentials: { document, path: [...path, 'credentials'], value: credentials, service: name } }),
    };
  });
}

function formatHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function readLayer(document: ConfigDocument, map: unknown, path: readonly PropertyKey[]): Layer {
  const { file } = document;
  return {
    find(option) {
      const key = nameKey(option);
      const value = readMember(map, key);
      if (value === undefined || value === null || option === 'credentials') return [];
      const origin = `${document.locateKey(path, key)}: ${key}`;
      return listTexts(value).map((text) => ({ text: locate(option, text, file), origin, exitCode: EXIT_CONFIG }));
    },
  };
}

/** As for all secrets, what is written in the file stands beside it. */
function locate(option: string, text: string, file: string): string {
  return option === 'registry-login-file' && !isLogin(text) ? resolve(dirname(file), text) : text;
}

function readSection(document: ConfigDocument, section: string): Layer | undefined {
  const map = readMember(document.value, section);
  return map === undefined ? undefined : readLayer(document, map, [section]);
}

/** The keys at the top, and those of sections that stand for an option of the command line. */
function readSharedLayer(document: ConfigDocument): Layer {
  const { file, value } = document;
  const top = readLayer(document, value, []);
  return {
    find(option) {
      if (option !== 'mesh-key-file') return top.find(option);
      const keyFile = readAt(value, ['mesh', 'keyFile']);
      if (keyFile === undefined) return [];
      const origin = `${document.locateKey(['mesh'], 'keyFile')}: mesh.keyFile`;
      return [{ text: resolve(dirname(file), String(keyFile)), origin, exitCode: EXIT_CONFIG }];
    },
  };
}

function listTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).map(([key, member]) => (member === true ? key : `${key}=${String(member)}`));
}

function readAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => readMember(at, key), value);
}

function readMember(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
