import { type Host, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runProgram, spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

/** What a busy machine adds. The strict figures are test/bench's. */
const SLACK_MS = 8_000;

const MACHINES_FILE = '/run/.local/state/ambassador/machines.json';
/** The network card of a machine that sleeps: says what is broadcast to it. */
const CARD =
  "dgram.createSocket('udp4').on('message', (m) => console.log('got', m.toString('hex'))).bind(9, () => console.log('ready'))";

/** Until a client is connected to the proxy on 127.0.0.1:7000. */
async function untilConnected(host: Host): Promise<void> {
  await host.until(`ss -Htn state established 'dst 127.0.0.1 and dport = :7000' | grep -q .`);
}

interface Answer {
  readonly answer: string;
  readonly end: string;
  readonly answeredAfterMs: number;
}

await labTest('a client that came before the service is served as soon as it is there', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const proxying = await proxy(h2, 'thing:7000', '--connect-timeout', '2m');
  const waiting = runProgram<Answer>(h2, 'ask', ['127.0.0.1', '7000', 'who']).then((answer) => ({
    ...answer,
    at: Date.now(),
  }));
  await proxying.line(/thing.*(nobody|no endpoint|nothing|none)/i);
  await untilConnected(h2);
  await startProgram(h1, 'service', '7000', 'h1');
  await announce(h1, 'thing:7000');
  const announcedAt = Date.now();
  const answer = await waiting;
  expect(answer).toMatchObject({ answer: 'h1\n', end: 'end' });
  expect(answer.at - announcedAt).toBeLessThan(SLACK_MS);
});

await labTest(
  'a service whose check fails is withdrawn within the interval, and comes back when it passes',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const intervalMs = 1_000;
    const proxying = await proxy(h2, 'thing:7000', '--connect-timeout', '1m');
    const announcing = spawnAmbassador(h1, ['announce', 'thing:7000', '--check-interval', `${intervalMs}ms`]);
    await announcing.line(/thing.*(wait|not|refused)/i);
    const service = await startProgram(h1, 'service', '7000', 'first');
    await announcing.line(/announced/i);
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'first\n' });

    await service.stop('SIGKILL');
    const stoppedAt = Date.now();
    await announcing.line(/withdr/i);
    expect(Date.now() - stoppedAt).toBeLessThan(intervalMs + SLACK_MS);
    await proxying.line(/thing on h1.*(lost|gone|goodbye|left|removed)/i);

    await startProgram(h1, 'service', '7000', 'second');
    await announcing.line(/announced/i);
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'second\n' });
  },
);

await labTest(
  'who comes while the service behind --relay is gone waits for it, and is served by the one that comes back',
  { hosts: 2, needs: ['python3'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const announcing = spawnAmbassador(h1, ['announce', 'thing:7000', '--relay']);
    await announcing.line(/thing.*wait/i);
    const refused = `import socket; print('code', socket.socket().connect_ex(('${h1.ip}', 22000)))`;
    expect(await h2.read(PYTHON, ['-c', refused])).toBe('code 111\n');
    const service = await startProgram(h1, 'service', '7000', 'first');
    await announcing.line(/^announced thing .*port 22000$/m);
    const proxying = await proxy(h2, 'thing:7000', '--connect-timeout', '1m');
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'first\n' });

    await service.stop('SIGKILL');
    await announcing.line(/^withdrew/m);
    const asking = runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who']);
    await untilConnected(h2);
    await proxying.line(/^lost "thing on h1"/m);
    await startProgram(h1, 'service', '7000', 'second');
    await announcing.line(/^announced thing .*port 22000$/m);
    expect(await asking).toMatchObject({ answer: 'second\n', end: 'end' });
  },
);

await labTest('an http check and a command decide like the tcp check', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const serve = `require('http').createServer((q, a) => { a.statusCode = require('fs').existsSync('/run/ill') ? 503 : 200; a.end(); })
    .listen(8000, () => console.log('ready'))`;
  await h1.spawn(process.execPath, ['-e', serve]).line(/ready/);
  const http = await announce(h1, 'web:8000', '--check', 'http:/health', '--check-interval', '200ms');
  const exec = await announce(h1, 'job:8000', '--check', 'exec:test ! -e /run/ill', '--check-interval', '200ms');
  await h1.read('touch', ['/run/ill']);
  await http.line(/withdr/i);
  await exec.line(/withdr/i);
  await h1.read('rm', ['/run/ill']);
  await http.line(/announced/i);
  await exec.line(/announced/i);
});

await labTest('a machine that sleeps is woken, and whoever connects meanwhile is held', { hosts: 3 }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await startProgram(h1, 'service', '7000', 'h1');
  await announce(h1, 'thing:7000');
  const proxying = await proxy(h2, 'thing:7000', '--wake', 'auto');
  const ask = (): Promise<Answer> => runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who']);
  expect(await ask()).toMatchObject({ answer: 'h1\n' });
  await h2.until(`grep --quiet 10.99.0.1 ${MACHINES_FILE}`);
  const mac = (await h1.read('cat', ['/sys/class/net/eth0/address'])).trim();
  const card = h3.spawn(process.execPath, ['-e', CARD]);
  await card.line(/^ready/);

  await h1.read('ip', ['link', 'set', 'eth0', 'down']);
  const held = ask();
  await proxying.line(new RegExp(`thing: waking ${mac} by a magic packet on eth0`));
  await card.line(new RegExp(`^got ${'ff'.repeat(6)}(${mac.replaceAll(':', '')}){16}$`));
  await h1.read('ip', ['link', 'set', 'eth0', 'up']);
  expect(await held).toMatchObject({ answer: 'h1\n', end: 'end' });
});
