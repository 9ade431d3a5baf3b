import { expect } from 'vitest';
import { AMBASSADOR, announce, proxy, runProgram, spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

await labTest('announce says what it announced, under which name, and where', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000');
  for (const fact of ['thing on h1', '_thing._tcp', '7000', 'eth0']) {
    expect(announcing.stdout).toContain(fact);
  }
});

await labTest('announce says that it waits for the service, and why', { hosts: 1 }, async (lan) => {
  const announcing = spawnAmbassador(lan.host(1), ['announce', 'thing:7000']);
  await announcing.line(/thing.*(7000|refused)/, { stream: 'stdout' });
  expect(announcing.stdout).not.toMatch(/announced/i);
});

await labTest('announce says the new name when its own is taken', { hosts: 2 }, async (lan) => {
  await announce(lan.host(1), 'thing:7001', '--name', 'mine', '--check', 'none');
  const second = await announce(lan.host(2), 'thing:7002', '--name', 'mine', '--check', 'none');
  expect(second.stdout).toContain('mine (2)');
});

await labTest('proxy says where it listens, what it found, and what was lost and why', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const proxying = await proxy(h2, 'thing:7000');
  expect(proxying.stdout).toMatch(/127\.0\.0\.1:7000/);
  expect(proxying.stdout).toMatch(/\[::1\]:7000/);
  await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000');
  expect((await proxying.line(/thing on h1.*/, { stream: 'stdout' }))[0]).toMatch(/10\.99\.0\.1:7000/);
  await announcing.stop('SIGTERM');
  await proxying.line(/thing on h1.*goodbye/i, { stream: 'stdout' });
});

await labTest('a service without an endpoint is said once, however many clients wait', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const proxying = await proxy(h1, 'thing:7000', '--connect-timeout', '1s');
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ answer: '' });
  }
  expect(
    proxying.stdout.split('\n').filter((line) => /no endpoint|nobody|nothing|none/i.test(line)).length,
  ).toBeLessThanOrEqual(2);
  expect(proxying.stdout.split('\n').length).toBeLessThan(8);
});

await labTest(
  'a pulled cable is survived: new connections go elsewhere, and the host is used again when it is back',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    for (const host of [h1, h2]) {
      await startProgram(host, 'service', '7000', host.name);
    }
    const announcing = await announce(h1, 'thing:7000');
    await announce(h2, 'thing:7000');
    const proxying = await proxy(h3, 'thing:7000', '--balance', 'round-robin');
    await proxying.until((output) => output.includes('thing on h1') && output.includes('thing on h2'));
    const ask = async (): Promise<Answer> => await runProgram<Answer>(h3, 'ask', ['127.0.0.1', '7000', 'who']);

    await lan.unplug(h1);
    await announcing.line(/eth0 is down/, { stream: 'stdout' });
    for (let time = 0; time < 5; time++) {
      const answer = await ask();
      expect(answer).toMatchObject({ answer: 'h2\n' });
      // Who waits for the one that is gone waits for ten seconds.
      expect(answer.endedAfterMs).toBeLessThan(5_000);
    }
    await lan.plug(h1);
    await announcing.line(/announced .*thing on h1.* on eth0/, { stream: 'stdout' });
    await h3.until(answers('h1'));
  },
);

interface Answer {
  readonly answer: string;
  readonly endedAfterMs: number;
}

/** A condition of the shell: a new connection is answered by this one. */
function answers(name: string): string {
  const ask = `const s = net.connect(7000, '127.0.0.1'); s.write('who\\n'); s.pipe(process.stdout); s.on('error', () => {})`;
  return `${process.execPath} -e "${ask}" | grep -q '^${name}$'`;
}

await labTest(
  'proxy says that its own cable was pulled and plugged, and goes on with what it knew',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    await announce(h1, 'thing:7000');
    const proxying = await proxy(h2, 'thing:7000');
    await proxying.line(/found "thing on h1"/, { stream: 'stdout' });
    await lan.unplug(h2);
    await proxying.line(/eth0 is down/, { stream: 'stdout' });
    await lan.plug(h2);
    await proxying.line(/eth0 is up/, { stream: 'stdout' });
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
  },
);

await labTest(
  'announce says goodbye on the network also when nobody reads what it prints',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    const command = `echo $$ > /run/pid; exec ${process.execPath} ${AMBASSADOR} announce thing:7000 2> /dev/null`;
    const readUntilAnnounced = 'while read -r line; do case "$line" in announced*) exit;; esac; done';
    const piped = h1.spawn('bash', ['-c', `sh -c '${command}' | (${readUntilAnnounced}); exit "\${PIPESTATUS[0]}"`]);
    const watching = spawnAmbassador(h2, ['list', 'thing', '--watch']);
    await watching.line(/^\[\+\]/);
    await h1.read('sh', ['-c', 'kill -TERM "$(cat /run/pid)"']);
    expect(await piped.exited).toMatchObject({ code: 0 });
    await watching.line(/^\[-\]/);
  },
);
