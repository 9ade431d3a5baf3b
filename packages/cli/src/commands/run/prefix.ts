import { InvalidValue } from '../../exit/cli-error.ts';
import { parseServiceName } from '../../parse/service-name.ts';

/** One `--env`: variables of this service begin with this. */
export interface Prefix {
  readonly service: string;
  readonly prefix: string;
}

/** `redis=CACHE` */
export function parsePrefix(text: string): Prefix {
  const [, service = '', prefix = ''] = /^([^=]+)=([A-Za-z_]\w*)$/.exec(text) ?? [];
  if (prefix === '') {
    throw new InvalidValue(
      `"${text}" names no variables; write SERVICE=PREFIX, such as redis=CACHE for CACHE_HOST, CACHE_PORT and CACHE_URL`,
    );
  }
  return { service: parseServiceName(service), prefix };
}
