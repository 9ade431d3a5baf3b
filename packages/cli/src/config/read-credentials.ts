import { dirname, resolve } from 'node:path';
import { errorCode, omitUndefined, readInputFile, TOO_LONG } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_NO_INPUT } from '../exit/exit-codes.ts';
import { findNearest } from '../parse/nearest.ts';
import type { Given } from '../settings/settings.ts';
import { type ConfigDocument, describeReadFault, MAX_FILE_BYTES, parseConfigDocument } from './config-document.ts';
import type { CredentialRequest, HttpRequestNames, SecretPlace, TlsRequest } from './credential-request.ts';
import { CREDENTIAL_KEYS, type CredentialsObject, credentialsSchema } from './credentials-schema.ts';

/** Keys under which people write the secret itself. */
const INLINE_KEYS: readonly string[] = [
  'password',
  'pass',
  'token',
  'secret',
  'bearer',
  'auth',
  'authorization',
  'url',
];
const SECRET_KEYS = {
  password: { file: 'passwordFile', variable: 'passwordFileVariable', name: 'passwordName' },
  token: { file: 'tokenFile', variable: 'tokenFileVariable', name: 'tokenName' },
} as const;
const HTTP_KEYS = ['host', 'hosts', 'origins'] as const;
const USERS_FILE = '/etc/passwd';

/** One map of credentials in a document. */
export interface CredentialsPlace {
  readonly document: ConfigDocument;
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
  readonly service: string;
}

/** The file of `--credentials`. Throws a CliError: 66 when it can't be read, 78 when it is broken. Never shows a value. */
export function readCredentialsFile(given: Given, service: string): CredentialRequest {
  const file = given.text;
  if (/[{}\n]|:\/\//.test(file)) {
    throw new CliError(
      given.exitCode,
      `${given.origin} takes the path of a file, and never a secret; write credentials in a YAML file and its path here`,
    );
  }
  const document = parseConfigDocument(file, readText(given));
  return readCredentials({ document, path: [], value: document.value ?? {}, service });
}

function readText({ text: file, origin }: Given): string {
  try {
    return readInputFile(file, { maxBytes: MAX_FILE_BYTES, takesPipe: true }).toString('utf8');
  } catch (error) {
    const code = errorCode(error);
    const [problem, exitCode] =
      code === TOO_LONG ? ['is too long for credentials', EXIT_CONFIG] : [describeReadFault(code), EXIT_NO_INPUT];
    const sentence = `${origin}: "${file}" ${problem}; write the path of a YAML file with the credentials`;
    throw new CliError(exitCode, sentence, { cause: error });
  }
}

/** Throws a CliError with 78 and the line of what is wrong; values are never shown. */
export function readCredentials(place: CredentialsPlace): CredentialRequest {
  const { document, path, value } = place;
  refuseInlineSecrets(place);
  const parsed = credentialsSchema.safeParse(value);
  if (parsed.success) return toRequest(parsed.data, place);
  const { issues } = parsed.error;
  // A key that was misspelt is missing, too.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const [unknownKey] = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknownKey !== undefined) {
    const nearest = findNearest(unknownKey, CREDENTIAL_KEYS);
    const hint = nearest === undefined ? `the keys are ${CREDENTIAL_KEYS.join(', ')}` : `did you mean ${nearest}?`;
    throw fail(place, unknownKey, `"${unknownKey}" is no key here; ${hint}`);
  }
  const key = issue?.path.map(String).join('.') ?? '';
  if (key !== '') throw fail(place, String(issue?.path[0]), `${key}: ${issue?.message}`);
  throw new CliError(
    EXIT_CONFIG,
    `${document.locate(path)}: credentials must be a map; write keys such as protocol: redis`,
  );
}

/** Throws a CliError with 78 where the secret itself is written. */
export function refuseInlineSecrets(place: CredentialsPlace): void {
  const { value } = place;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    if (!INLINE_KEYS.includes(key.toLowerCase())) continue;
    const instead = key.toLowerCase() === 'token' || key.toLowerCase() === 'bearer' ? 'tokenFile' : 'passwordFile';
    const remedy = `put it into a file of mode 600 and write ${instead}: PATH`;
    throw refuse(place, key, `secrets are read from files only; ${remedy}`);
  }
}

function toRequest(object: CredentialsObject, place: CredentialsPlace): CredentialRequest {
  const { protocol, username, database } = object;
  const tls = readTls(object, place);
  const token = Object.values(SECRET_KEYS.token).find((key) => object[key] !== undefined);
  if (token !== undefined && protocol !== 'http') {
    throw refuse(place, token, `${protocol} knows no tokens; write passwordFile: PATH`);
  }
  if (database !== undefined && protocol !== 'postgres') {
    throw refuse(place, 'database', `${protocol} knows none; leave it out`);
  }
  const stray = HTTP_KEYS.find((key) => object[key] !== undefined);
  if (stray !== undefined && protocol !== 'http') {
    throw refuse(place, stray, `${protocol} knows none; leave it out`);
  }
  const secret = readPlace(object, place, token === undefined ? 'password' : 'token');
  const shared = { secret, ...omitUndefined({ tls, serviceUid: readServiceUid(object, place) }) };
  switch (protocol) {
    case 'redis':
      return { protocol, ...shared, ...omitUndefined({ username }) };
    case 'postgres':
      return { protocol, ...shared, username: requireUsername(username, place), ...omitUndefined({ database }) };
    case 'http':
      if (token === undefined) {
        const user = requirePlainUsername(username, place);
        return { protocol, scheme: 'basic', ...shared, ...readNames(object, place), username: user };
      }
      if (username === undefined) return { protocol, scheme: 'bearer', ...shared, ...readNames(object, place) };
      throw refuse(place, 'username', 'a bearer token has no user; leave it out, or write passwordFile: PATH');
    default:
      return protocol satisfies never;
  }
}

/** `announce` gives a web service the name NAME.local. */
function readNames({ host, hosts = [], origins }: CredentialsObject, { service }: CredentialsPlace): HttpRequestNames {
  return { hosts: [...hosts, `${service}.local`], ...omitUndefined({ host, origins }) };
}

/** RFC 7617 2: a colon ends the user's name. */
function requirePlainUsername(username: string | undefined, place: CredentialsPlace): string {
  if (username?.includes(':') === true) throw refuse(place, 'username', 'write one without ":"');
  return requireUsername(username, place);
}

function requireUsername(username: string | undefined, place: CredentialsPlace): string {
  if (username !== undefined) return username;
  throw fail(place, 'protocol', 'credentials without a username; write username: NAME');
}

function readPlace(object: CredentialsObject, place: CredentialsPlace, what: 'password' | 'token'): SecretPlace {
  const keys = Object.values(SECRET_KEYS).flatMap((group) => Object.values(group));
  const [, second] = keys.filter((key) => object[key] !== undefined);
  if (second !== undefined) throw refuse(place, second, 'the secret is named twice; name it once');
  const { file, variable, name } = SECRET_KEYS[what];
  const written = { path: object[file], variable: object[variable], name: object[name] };
  if (written.path !== undefined) return { kind: 'file', path: resolve(dirname(place.document.file), written.path) };
  if (written.variable !== undefined) {
    if (/^[A-Za-z_]\w*_FILE$/.test(written.variable)) return { kind: 'variable', variable: written.variable };
    throw refuse(place, variable, `write the name of a variable that ends in _FILE, and in that the path`);
  }
  if (written.name !== undefined) {
    if (/^[\w][\w.@-]*$/.test(written.name)) return { kind: 'name', name: written.name };
    throw refuse(place, name, 'write a plain file name, such as redis');
  }
  const service = place.service;
  const prefix = service.toUpperCase().replaceAll('-', '_');
  return { kind: 'usual', name: service, variable: `${prefix}_${what.toUpperCase()}_FILE` };
}

function readTls({ tls, caFile, serverName }: CredentialsObject, place: CredentialsPlace): TlsRequest | undefined {
  if (tls !== true) {
    const stray = caFile !== undefined ? 'caFile' : serverName !== undefined ? 'serverName' : undefined;
    if (stray === undefined) return undefined;
    throw refuse(place, stray, 'it counts with TLS only; write tls: true as well, or leave it out');
  }
  if (serverName === undefined) {
    throw refuse(place, 'tls', 'it is not said whose certificate the service must show; write serverName: NAME');
  }
  return { serverName, ...(caFile === undefined ? {} : { caFile: resolve(dirname(place.document.file), caFile) }) };
}

function readServiceUid({ serviceUser: user }: CredentialsObject, place: CredentialsPlace): number | undefined {
  if (user === undefined || typeof user === 'number') return user;
  const uid = /^\d+$/.test(user) ? Number(user) : findUid(user);
  if (uid !== undefined) return uid;
  throw refuse(place, 'serviceUser', `there is no "${user}" in ${USERS_FILE}; write a user's name or number`);
}

function findUid(user: string): number | undefined {
  try {
    const line = readInputFile(USERS_FILE, { maxBytes: MAX_FILE_BYTES })
      .toString('utf8')
      .split('\n')
      .find((one) => one.startsWith(`${user}:`));
    return line === undefined ? undefined : Number(line.split(':')[2]);
  } catch {
    return undefined;
  }
}

function fail({ document, path }: CredentialsPlace, key: string, sentence: string): CliError {
  return new CliError(EXIT_CONFIG, `${document.locateKey(path, key)}: ${sentence}`);
}

/** What is wrong with the value of a key. */
function refuse(place: CredentialsPlace, key: string, sentence: string): CliError {
  return fail(place, key, `${key}: ${sentence}`);
}
