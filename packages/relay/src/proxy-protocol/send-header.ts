import type { Prologue } from '../prologue.ts';
import { clientEndsOf } from './client-ends.ts';
import { encodeProxyHeader } from './v2.ts';

/** Tells upstream who the client is, before anything else is said there: to be run before all other prologues. */
export const sendHeaderPrologue: Prologue = {
  name: 'PROXY protocol',
  run(client, upstream) {
    const ends = clientEndsOf(client);
    upstream.write(encodeProxyHeader(ends === undefined ? { kind: 'unknown' } : { kind: 'forwarded', ...ends }));
    return Promise.resolve(upstream);
  },
};

/** With what a connection of our own begins where headers are expected: a check's. */
export const LOCAL_HEADER: Buffer = encodeProxyHeader({ kind: 'local' });
