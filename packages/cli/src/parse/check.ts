import type { CheckOptions } from '@mdns-ambassador/announcer';
import { InvalidValue } from '../cli-error.ts';
import { findNearest } from '../nearest.ts';

const FORMS = ['tcp', 'http:/path', 'redis', 'postgres', 'exec:CMD', 'none'] as const;

/** `tcp`, `http:/path`, `redis`, `postgres`, `exec:CMD`, `none`. */
export function parseCheck(text: string): CheckOptions {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? undefined : text.slice(colon + 1);
  switch (kind) {
    case 'tcp':
    case 'redis':
    case 'postgres':
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
    case 'exec':
      if (rest === undefined || rest.trim() === '') {
        throw new InvalidValue(`"${text}" names no command; write exec: and the command, such as "exec:pg_isready -q"`);
      }
      return { kind, command: rest };
    default: {
      const nearest = findNearest(kind, ['tcp', 'http', 'redis', 'postgres', 'exec', 'none']);
      const hint = nearest === undefined ? 'write' : `did you mean ${nearest}? Write`;
      throw new InvalidValue(`"${text}" is no check; ${hint} one of ${FORMS.join(', ')}`);
    }
  }
}
