import type { CheckOptions } from '@mdns-ambassador/checks';
import { InvalidValue } from '../exit/cli-error.ts';
import { findNearest } from './nearest.ts';

/** The checks of `announce`, as they are written. */
export const ANNOUNCE_FORMS = ['tcp', 'http:/path', 'redis', 'postgres', 'mysql', 'ssh', 'exec:CMD', 'none'] as const;
/** Those of `proxy`. */
export const PROXY_FORMS = [
  'tcp',
  'http:/path',
  'redis',
  'redis-primary',
  'postgres',
  'postgres-primary[:USER[@DB]]',
  'mysql',
  'ssh',
  'exec:CMD',
  'none',
] as const;
const DEFAULT_USER = 'postgres';

/** How one of these forms begins, before what is put into it: `http:/`, `exec:`. */
export function listBeginnings(forms: readonly string[]): readonly string[] {
  return forms.map((form) => form.replace(/path$|CMD$|\[.*$/, ''));
}

/** One of {@link ANNOUNCE_FORMS}. */
export function parseCheck(text: string): CheckOptions {
  return parseForm(text, ANNOUNCE_FORMS);
}

/** One of {@link PROXY_FORMS}. */
export function parseProxyCheck(text: string): CheckOptions {
  return parseForm(text, PROXY_FORMS);
}

function parseForm(text: string, forms: readonly string[]): CheckOptions {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? undefined : text.slice(colon + 1);
  const kinds = forms.map((form) => form.replace(/\W*:.*$/, ''));
  if (!kinds.includes(kind)) throw refuseKind(text, kind, kinds, forms);
  switch (kind) {
    case 'tcp':
    case 'redis':
    case 'redis-primary':
    case 'postgres':
    case 'mysql':
    case 'ssh':
    case 'none':
      if (rest !== undefined) throw new InvalidValue(`"${text}": ${kind} takes nothing after it; write ${kind}`);
      return { kind };
    case 'http': {
      const path = rest ?? '/';
      if (!/^\/[\x21-\x7e]*$/.test(path)) {
        throw new InvalidValue(
          `"${text}" has no path; write http: and a path that starts with /, such as http:/health`,
        );
      }
      return { kind, path };
    }
    case 'postgres-primary':
      return { kind, ...parseLogin(text, rest) };
    case 'exec':
      if (rest === undefined || rest.trim() === '') {
        throw new InvalidValue(`"${text}" names no command; write exec: and the command, such as "exec:pg_isready -q"`);
      }
      return { kind, command: rest };
    default:
      throw refuseKind(text, kind, kinds, forms);
  }
}

/** Without a database it is the one of the user's name, as everywhere with PostgreSQL. */
function parseLogin(text: string, login: string = DEFAULT_USER): { readonly user: string; readonly database: string } {
  const [user = '', database = user, ...more] = login.split('@');
  if (user === '' || database === '' || more.length > 0 || login.includes('\0')) {
    throw new InvalidValue(
      `"${text}" names no user; write postgres-primary, postgres-primary:USER or ...:USER@DATABASE`,
    );
  }
  return { user, database };
}

function refuseKind(text: string, kind: string, kinds: readonly string[], forms: readonly string[]): InvalidValue {
  const nearest = findNearest(kind, kinds);
  const hint = nearest === undefined ? 'write' : `did you mean ${nearest}? Write`;
  return new InvalidValue(`"${text}" is no check; ${hint} one of ${forms.join(', ')}`);
}
