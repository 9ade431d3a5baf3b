import { expect, test } from 'vitest';
import { bearer, ChangingSecret, openHttp, readAll, readUntil, serve } from './http-world.ts';

class BrokenSecret extends ChangingSecret {
  override candidates(): never {
    throw new Error('broken');
  }
}

test("a listener that throws ends its own client's connection with 502, and is told", async () => {
  let isBroken = false;
  const token = new Proxy(new ChangingSecret('t'), {
    get: (target, key) => {
      if (isBroken && key === 'current') throw new Error('broken');
      return Reflect.get(target, key);
    },
  });
  const world = await openHttp(bearer(token));
  isBroken = true;
  world.client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect((await readAll(world.client)).text).toMatch(/^HTTP\/1\.1 502 Bad Gateway/);
  await expect.poll(() => world.upstream.destroyed).toBe(true);
  expect(world.events).toEqual([{ kind: 'fault', protocol: 'http', destination: 'web on h1', reason: 'broken' }]);
});

test('what fails later, while a secret is read again, is told and ends no process', async () => {
  const world = await openHttp(bearer(new BrokenSecret('t')));
  serve(world, (_incoming, response) => response.writeHead(401).end('no'));
  world.client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await readUntil(world.client, /no|502/);
  await expect.poll(() => world.events).toMatchObject([{ kind: 'fault', reason: 'broken' }]);
});
