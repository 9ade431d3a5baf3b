import { InvalidValue } from '../cli-error.ts';
import { findNearest } from '../nearest.ts';
import { type HostPort, parseHostPort } from './host-port.ts';

/** Where `--from` looks. */
export type SourceSpec = { readonly kind: 'mdns' } | { readonly kind: 'static'; readonly targets: readonly HostPort[] };

const FORMS = 'mdns or static:HOST:PORT[,HOST:PORT]';

/** `mdns`, `static:10.0.0.1:6379,10.0.0.2:6379`. */
export function parseSource(text: string): SourceSpec {
  if (text === 'mdns') return { kind: 'mdns' };
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (kind !== 'static') {
    const nearest = findNearest(kind, ['mdns', 'static']);
    throw new InvalidValue(
      `"${text}" is no source; ${nearest === undefined ? 'write' : `did you mean ${nearest}? Write`} ${FORMS}`,
    );
  }
  const targets = text
    .slice('static:'.length)
    .split(',')
    .map((target) => parseStaticTarget(target.trim(), text));
  return { kind: 'static', targets };
}

function parseStaticTarget(target: string, whole: string): HostPort {
  if (target === '') {
    throw new InvalidValue(`"${whole}" names no target; write static:HOST:PORT, such as static:10.0.0.5:6379`);
  }
  return parseHostPort(target);
}
