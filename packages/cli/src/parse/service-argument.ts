import type { WantedService } from '@mdns-ambassador/mdns';
import { InvalidValue } from '../exit/cli-error.ts';
import { parseHostPort } from './host-port.ts';
import { parsePort } from './port.ts';
import { parseServiceName } from './service-name.ts';
import { parseWantedService } from './service-type.ts';

/** SERVICE of `announce`: `redis`, `redis:12345`, `api=127.0.0.1:3000`. */
export interface AnnouncedService {
  readonly service: string;
  /** Absent: this machine. */
  readonly host?: string;
  /** Absent: the well-known one. */
  readonly port?: number;
}

export function parseAnnouncedService(text: string): AnnouncedService {
  const equals = text.indexOf('=');
  if (equals >= 0) {
    const service = parseServiceName(text.slice(0, equals));
    const target = parseHostPort(text.slice(equals + 1));
    return { service, host: target.host, port: target.port };
  }
  return parseNameAndPort(text);
}

/** SERVICE of `proxy`: `redis` or `redis:16379`, the local port; or a whole type, `_androidtvremote2._tcp:6466`. */
export interface ProxiedArgument extends WantedService {
  /** Absent: the well-known one; 0: the system chooses. */
  readonly port?: number;
}

export function parseProxiedService(text: string): ProxiedArgument {
  if (text.includes('=')) {
    throw new InvalidValue(
      `"${text}" names a target; write NAME or NAME:LOCALPORT, and the target as --from static:HOST:PORT`,
    );
  }
  if (!text.startsWith('_')) {
    return parseNameAndPort(text, { ephemeral: true });
  }
  const [, written = text, port] = /^(.*\._(?:tcp|udp)(?:\.local)?\.?):([^:]*)$/i.exec(text) ?? [];
  return {
    ...parseWantedService(written),
    ...(port === undefined ? {} : { port: parsePort(port, { ephemeral: true, whole: text }) }),
  };
}

function parseNameAndPort(
  text: string,
  options: { readonly ephemeral?: boolean } = {},
): { service: string; port?: number } {
  const colon = text.indexOf(':');
  if (colon < 0) return { service: parseServiceName(text) };
  const service = parseServiceName(text.slice(0, colon));
  return { service, port: parsePort(text.slice(colon + 1), { ...options, whole: text }) };
}
