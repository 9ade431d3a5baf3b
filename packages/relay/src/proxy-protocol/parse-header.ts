import type { Parsing } from '../read-leg.ts';
import { type ProxyHeader, ProxyHeaderError } from './header.ts';
import { parseVersion1 } from './v1.ts';
import { parseVersion2, SIGNATURE } from './v2.ts';

const LINE_BEGIN: Buffer = Buffer.from('PROXY ');

/**
 * The header with which these bytes begin, in version 1 or 2 (proxy-protocol.txt 2). Throws a ProxyHeaderError as soon as they can't
 * become one; more than 4,096 bytes are never asked for.
 */
export function parseProxyHeader(bytes: Buffer): Parsing<ProxyHeader> {
  for (const [begin, parse] of [
    [SIGNATURE, parseVersion2],
    [LINE_BEGIN, parseVersion1],
  ] as const) {
    const length = Math.min(begin.length, bytes.length);
    if (!bytes.subarray(0, length).equals(begin.subarray(0, length))) continue;
    return length < begin.length ? { kind: 'incomplete' } : parse(bytes);
  }
  throw new ProxyHeaderError('it does not begin with a header of the PROXY protocol');
}
