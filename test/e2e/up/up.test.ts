import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { expectEcho, who } from '../../clients.ts';
import { CONFIGURATION_FILE, writeConfiguration } from '../../configuration.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

/** Announced by h1 on ports of 7000 and on, proxied by the test's `up` on 8000 and on. */
const NAMES = ['one', 'two', 'three', 'four'];

await labTest(
  'up with five services: SIGHUP that changes one leaves the connections of the other four alone',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startServices(h1);
    await startProgram(h2, 'service', '9000', 'h2');
    await writeConfiguration(h2, describe());
    const up = spawnAmbassador(h2, ['up', '--config', CONFIGURATION_FILE, '--admin', '127.0.0.1:9901']);
    await up.until((output) => NAMES.every((name) => output.includes(`found "${name} on h1"`)));
    await up.until((output) => output.includes('announced own as "own on h2"'));
    const pid = up.pid;
    const echoes = await Promise.all(NAMES.map((_, index) => startProgram(h2, 'echo', '127.0.0.1', `${8000 + index}`)));
    const own = await startProgram(h2, 'echo', '127.0.0.1', '9000');

    await writeConfiguration(h2, describe({ two: 'balance: first, port: 8101' }));
    up.kill('SIGHUP');
    await up.line(/reloaded .*: 4 unchanged, 1 changed, 0 added, 0 removed/);
    for (const echo of [...echoes, own]) await expectEcho(echo, 'still here');
    // The changed one listens elsewhere, and its connection went on as well.
    expect(await who(h2, 8101)).toBe('h1\n');
    expect(await who(h2, 8001)).toBe('');
    expect(await who(h2, 8000)).toBe('h1\n');
    // Nobody but the changed one was told anew, and nothing was announced again.
    expect(up.stdout.match(/listening on/g)).toHaveLength(NAMES.length + 1);
    expect(up.stdout.match(/announced own/g)).toHaveLength(1);
    expect(up.stdout).not.toContain('withdrew');

    await writeConfiguration(h2, describe({ two: 'balance: first, port: 8101, ballast: 3' }));
    up.kill('SIGHUP');
    await up.line(/not reloaded, what was before goes on: \/run\/ambassador\.yaml:5: "ballast" is no key here/);
    await h2.read('rm', [CONFIGURATION_FILE]);
    up.kill('SIGHUP');
    await up.line(/not reloaded, what was before goes on: .* does not exist/);
    for (const echo of [...echoes, own]) await expectEcho(echo, 'and now');
    const status: { services: readonly object[]; announcements: readonly object[] } = JSON.parse(
      await h2.read('curl', ['-s', 'http://127.0.0.1:9901/v1/status']),
    );
    expect([status.services.length, status.announcements.length]).toEqual([4, 1]);

    for (const echo of [...echoes, own]) echo.kill('SIGTERM');
    expect(await up.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    expect(up.pid).toBe(pid);
  },
);

await labTest(
  'a file that is renamed into place is followed: services come, go and change',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startServices(h1);
    await startProgram(h2, 'service', '9000', 'h2');
    await writeConfiguration(h2, describe());
    const up = spawnAmbassador(h2, ['up', '--config', CONFIGURATION_FILE]);
    const watching = spawnAmbassador(h1, ['list', 'own', '--watch']);
    await watching.line(/\[\+\] own "own on h2"/);
    await up.until((output) => NAMES.every((name) => output.includes(`found "${name} on h1"`)));
    const kept = await startProgram(h2, 'echo', '127.0.0.1', '8000');
    const removed = await startProgram(h2, 'echo', '127.0.0.1', '8001');

    const lines = describe()
      .split('\n')
      .filter((line) => !line.includes('service: two'));
    const more = lines.join('\n').replace('9000', '9000, weight: 7');
    await writeConfiguration(h2, `${more}  - { service: two-again, port: 8201 }\n`);
    await up.until((output) => /reloaded .*: 3 unchanged, 1 changed, 1 added, 1 removed/.test(output));
    await watching.line(/\[~\] own "own on h2"/);
    expect(watching.stdout).not.toContain('[-]');
    await expectEcho(kept, 'still here');
    await expectEcho(removed, 'may finish');
    expect(await who(h2, 8001)).toBe('');
    removed.kill('SIGTERM');
    kept.kill('SIGTERM');
    expect(await up.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
  },
);

await labTest(
  'what is announced changes under load, its place at last, and no connection is lost',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7001', 'a');
    await startProgram(h1, 'service', '7002', 'b');
    const entries = [
      'port: 7001',
      'port: 7001, txt: [role=primary]',
      'port: 7001, txt: [role=primary], weight: 7, priority: 1',
      'port: 7001, check: none',
      'port: 7002, check: tcp',
    ];
    const write = (entry = ''): Promise<unknown> =>
      writeConfiguration(h1, `announce:\n  - { service: thing, ${entry} }\n`);
    await write(entries[0]);
    const up = spawnAmbassador(h1, ['up', '--config', CONFIGURATION_FILE]);
    await up.line(/announced thing/);
    const watching = spawnAmbassador(h2, ['list', 'thing', '--watch']);
    const proxying = await proxy(h2, 'thing:7000');
    await proxying.line(/found "thing on h1"/);
    await watching.line(/\[\+\] thing/);
    const load = await Load.start(h2);
    await load.moreAnswers(1);
    for (const entry of entries.slice(1)) {
      await write(entry);
      await up.line(/reloaded .*: 0 unchanged, 1 changed, 0 added, 0 removed/);
      await load.moreAnswers(1);
    }
    await load.lastAnswerBy('b');
    const { failures } = await load.finish();
    expect(failures).toEqual([]);
    await watching.line(/:7002/);
    expect(watching.stdout).not.toContain('[-]');
    expect(up.stdout.match(/announced thing/g)).toHaveLength(1);
  },
);

await labTest(
  'what is proxied changes under load, and no connection is refused, lost or cut',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7001', 'a');
    await startProgram(h1, 'service', '7002', 'b');
    await announce(h1, 'thing:7001', '--name', 'a', '--txt', 'role=a');
    await announce(h1, 'thing:7002', '--name', 'b', '--txt', 'role=b');
    const entries = [
      'port: 7000',
      'port: 7000, balance: first, connectTimeout: 5s',
      'port: 7000, check: tcp, checkInterval: 500ms',
      "listen: ['127.0.0.1:7000', 'unix:/run/thing.sock'], where: [role=a]",
      `port: 7000, from: 'static:${h1.ip}:7002'`,
    ];
    const write = (entry = ''): Promise<unknown> =>
      writeConfiguration(h2, `proxy:\n  - { service: thing, ${entry} }\n`);
    await write(entries[0]);
    const up = spawnAmbassador(h2, ['up', '--config', CONFIGURATION_FILE]);
    await up.until((output) => output.includes('found "a"') && output.includes('found "b"'));
    const echo = await startProgram(h2, 'echo', '127.0.0.1', '7000');
    const load = await Load.start(h2);
    await load.moreAnswers(1);
    for (const entry of entries.slice(1)) {
      await write(entry);
      await up.line(/reloaded .*: 0 unchanged, 1 changed, 0 added, 0 removed/);
      await load.moreAnswers(1);
    }
    await load.lastAnswerBy('b');
    expect((await load.finish()).failures).toEqual([]);
    await expectEcho(echo, 'still here');
    expect(up.output).not.toMatch(/not (started|reloaded)/);
  },
);

await labTest(
  'up does what announce and agent can: another responder, and a socket on which others read what is on the network',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7001', 'a');
    await startProgram(h2, 'service', '7002', 'b');
    await announce(h2, 'other:7002');
    const write = (agent: string): Promise<unknown> =>
      writeConfiguration(
        h1,
        `agent: { socket: /run/agent.sock${agent} }\nannounce:\n  - { service: thing, port: 7001, responder: bonjour-service }\n`,
      );
    await write('');
    const up = spawnAmbassador(h1, ['up', '--config', CONFIGURATION_FILE]);
    await up.until((output) => /announced thing/.test(output) && /serving .* at \/run\/agent\.sock/.test(output));
    const reading = await proxy(h1, 'other:8000', '--from', 'agent:/run/agent.sock');
    await reading.line(/found "other on h2"/);
    expect(await who(h1, 8000)).toBe('b\n');
    const hearing = await proxy(h2, 'thing:8000');
    await hearing.line(/found "thing on h1/);
    await write(', socketMode: "0600"');
    await up.line(/reloaded .*: 1 unchanged, 1 changed, 0 added, 0 removed/);
    expect(await h1.read('stat', ['--format', '%a', '/run/agent.sock'])).toBe('600\n');
    expect(await who(h2, 8000)).toBe('a\n');
    expect(await up.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
  },
);

await labTest('a dry run says what would be done and does none of it', { hosts: 1 }, async (lan) => {
  const host = lan.host(1);
  await writeConfiguration(host, describe());
  const good = await runAmbassador(host, ['up', '--config', CONFIGURATION_FILE, '--dry-run']);
  expect(good.code).toBe(0);
  expect(good.stdout).toContain('announce own as "own on h1" (_own._tcp): port 9000, checked by tcp every 2s\n');
  expect(good.stdout).toContain('proxy one: listen on 127.0.0.1:8000 and [::1]:8000, from mdns, p2c\n');
  await writeConfiguration(host, describe({ three: 'from: stattic:1.2.3.4:5, port: 8002' }));
  const broken = await runAmbassador(host, ['up', '--config', CONFIGURATION_FILE, '--dry-run']);
  expect([broken.code, broken.stdout]).toEqual([78, '']);
  expect(broken.stderr).toMatch(
    /^ambassador: \/run\/ambassador\.yaml:6: from: "stattic:1\.2\.3\.4:5" is no source; did you mean static/,
  );
  expect((await runAmbassador(host, ['up', '--dry-run'])).code).toBe(66);
});

/** `changed`: what stands in place of a service's port. */
function describe(changed: Readonly<Record<string, string>> = {}): string {
  const proxies = NAMES.map((name, index) => `  - { service: ${name}, ${changed[name] ?? `port: ${8000 + index}`} }\n`);
  return `announce:\n  - { service: own, port: 9000 }\nproxy:\n${proxies.join('')}`;
}

async function startServices(host: Host): Promise<void> {
  await Promise.all(NAMES.map((_, index) => startProgram(host, 'service', `${7000 + index}`, host.name)));
  const announcing = await announce(host, ...NAMES.map((name, index) => `${name}:${7000 + index}`));
  await announcing.until((output) => NAMES.every((name) => output.includes(`announced ${name} `)));
}
