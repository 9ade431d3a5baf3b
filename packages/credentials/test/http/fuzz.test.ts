import { splice } from '@mdns-ambassador/relay';
import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import type { CredentialEvent } from '../../src/credential-event.ts';
import { HttpPrologue } from '../../src/http/prologue.ts';
import { cut } from '../chop.ts';
import { LiveObjects } from '../live-objects.ts';
import { bearer, ChangingSecret } from './http-world.ts';

const RUNS = countFuzzRuns(3_000);
/** Of so many streams it is looked whether anything holds them. */
const MAX_WATCHED = 1_000;
/** A stream that is carried is over after fewer turns of the loop. */
const MAX_TURNS = 2_000;

const field = fc.constantFrom(
  'Trailer: X',
  'Trailer: X, Content-Length',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Content-Length: 0',
  'Content-Length: 2',
  'Content-Length: 99999999999999999999',
  'Connection: close',
  'Connection: keep-alive, X',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'Expect: something',
  'TE: trailers, chunked',
  'Keep-Alive: timeout=0, max=0',
  'Content-Disposition: attachment; filename="\u00c3\u00bc"',
  'X: \u00ff\u0080',
  'X:',
  ' folded',
  'Link: </a>; rel=preload',
  'Link: nothing',
  'Location: /stra\u00c3\u009fe',
  'Date: x',
  'Set-Cookie: a=1',
  'Origin: https://x.example',
  'Sec-Fetch-Site: cross-site',
  'Authorization: Basic mine',
  'X\u0000: 1',
  'X: a\u0001b',
);
const host = fc.constantFrom('Host: a', 'Host: a', 'Host: a', 'Host: x.example', 'Host: a\r\nHost: b', 'X: no');
const body = fc.constantFrom(
  '',
  'ab',
  '2\r\nab\r\n0\r\n\r\n',
  '1;e=1\r\na\r\n0\r\nX: \u00ff\r\nTrailer: y\r\n\r\n',
  '0\r\nX: \u0001\r\n\r\n',
  'fffffffff\r\n',
  '-1\r\n',
);
const request = fc
  .tuple(
    fc.constantFrom(
      'GET',
      'GET',
      'POST',
      'PUT',
      'HEAD',
      'OPTIONS',
      'DELETE',
      'CONNECT',
      'TRACE',
      'PRI',
      'M-SEARCH',
      'get',
    ),
    fc.constantFrom('/', '/a?b', '*', 'http://b/', 'a:1', '/\u00e9', '/a b', '//'),
    fc.constantFrom('1.1', '1.1', '1.1', '1.0', '2.0', '0.9'),
    host,
    fc.array(field, { maxLength: 5 }),
    body,
  )
  .map(([method, target, version, first, fields, rest]) =>
    [`${method} ${target} HTTP/${version}`, first, ...fields, '', rest].join('\r\n'),
  );
const response = fc
  .tuple(
    fc.constantFrom(
      '200 OK',
      '204 No Content',
      '304 Not Modified',
      '401 No',
      '100 Continue',
      '101 Switching',
      '102 P',
      '103 Early Hints',
      '199 X',
      '500 \u00ff',
      '999 X',
      '000 X',
      '200',
    ),
    fc.constantFrom('1.1', '1.1', '1.0', '2.0'),
    fc.array(field, { maxLength: 5 }),
    body,
  )
  .map(([status, version, fields, rest]) => [`HTTP/${version} ${status}`, ...fields, '', rest].join('\r\n'));

function createStream(message: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const noise = fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  return fc
    .tuple(
      fc.array(fc.oneof({ weight: 8, arbitrary: message }, { weight: 1, arbitrary: noise }), { maxLength: 3 }),
      fc.option(fc.nat(200), { freq: 4 }),
    )
    .map(([messages, end]) => Buffer.from(messages.join(''), 'latin1').subarray(0, end ?? undefined));
}

const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 });

async function turn(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await new Promise(setImmediate);
}

test(
  `${RUNS} streams of a client's and a server's bytes: nothing throws, hangs, or keeps a connection`,
  async () => {
    const legs = new LiveObjects();
    const events: CredentialEvent[] = [];
    const prologue = new HttpPrologue(bearer(new ChangingSecret('t0ken')), {
      now: () => 0,
      onEvent: (event) => {
        if (event.kind === 'fault') events.push(event);
      },
    });
    let watched = 0;
    await fc.assert(
      fc.asyncProperty(
        createStream(request),
        createStream(response),
        sizes,
        fc.boolean(),
        async (asked, answered, by, isPolite) => {
          events.length = 0;
          const [client, clientLeg] = MemoryLeg.pair();
          const [service, upstream] = MemoryLeg.pair();
          for (const leg of [client, clientLeg, service, upstream]) leg.on('error', () => {});
          for (const leg of [clientLeg, upstream]) leg.pause();
          const front = await prologue.run(clientLeg, upstream, new AbortController().signal, {
            endpointId: 'a',
            name: 'web',
            proof: 'mesh',
          });
          if (watched < MAX_WATCHED) legs.watch(client, service, upstream, front);
          watched += 1;
          const carried = splice(clientLeg, front);
          let isOver = false;
          void carried.finished.then(() => {
            isOver = true;
          });
          client.resume();
          service.resume();
          const [up, down] = [cut(asked, by), cut(answered, by)];
          for (let at = 0; at < up.length; at += 1) {
            const [question, answer] = [up[at], isPolite ? undefined : down[at]];
            if (question !== undefined && !client.destroyed) client.write(question);
            if (answer !== undefined && !service.destroyed) service.write(answer);
            if (at % 3 === 0) await turn(1);
          }
          await turn(2);
          for (const answer of isPolite ? down : down.slice(up.length)) if (!service.destroyed) service.write(answer);
          if (!service.destroyed) service.end();
          await turn(2);
          if (!client.destroyed) client.end();
          for (let turns = 0; !(isOver && upstream.destroyed); turns += 1) {
            if (turns > MAX_TURNS) throw new Error('it does not come to an end');
            await turn(1);
          }
          expect(events).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
    await vi.waitFor(async () => expect(await legs.count()).toBeLessThan(20), { timeout: 20_000 });
  },
  FUZZ_TIMEOUT_MS,
);
