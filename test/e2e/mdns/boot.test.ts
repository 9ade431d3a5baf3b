import { PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, proxy, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { who } from '../../clients.ts';
import { labTest } from '../../lab-test.ts';

await labTest(
  'while DHCP is under way a service on 0.0.0.0 is waited for, with its command, and announced when the address comes',
  { hosts: 2, defaultRoute: false },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await h1.read('ip', ['-4', 'address', 'flush', 'dev', 'eth0']);
    const service = [PYTHON, '-m', 'http.server', '--bind', '0.0.0.0', '8000'];
    const announcing = spawnAmbassador(h1, ['announce', 'web:8000', '--check-interval', '500ms', '--', ...service]);
    await announcing.line(/^web: waiting until it answers \(.*eth0 has no IPv4 address yet\)$/);
    await h1.read('ip', ['address', 'add', `${h1.ip}/24`, 'dev', 'eth0']);
    await announcing.line(/^announced web /);
    await expect.poll(() => list(h2, 'web')).toMatchObject([{ addresses: expect.arrayContaining([h1.ip]) }]);
    expect(await announcing.stop('SIGTERM')).toMatchObject({ code: 143 });
  },
);

await labTest(
  'an interface that was named and is not there yet is waited for, at both ends',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'late');
    const late = ['--interface', 'eth1'];
    const announcing = spawnAmbassador(h1, ['announce', 'thing:7000', ...late, '--check-interval', '500ms']);
    const proxying = await proxy(h2, 'thing:7001', '--connect-timeout', '60s', ...late);
    for (const one of [announcing, proxying])
      await one.until((output) => /^eth1 is not up, or has no address yet: waiting for it$/m.test(output));
    const looked = await runAmbassador(h2, ['list', 'thing', '--timeout', '300ms', ...late]);
    expect(looked).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('eth1 is not up, or has no address yet'),
    });
    await lan.addLink([h1, h2]);
    await announcing.line(/^announced thing .* on eth1 /);
    expect(await who(h2, 7001)).toBe('late\n');
  },
);

await labTest('the bridge that is the LAN is used, its port is not', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await h1.read('ip', ['link', 'add', 'br0', 'type', 'bridge']);
  await h1.read('ip', ['address', 'flush', 'dev', 'eth0']);
  await h1.read('ip', ['link', 'set', 'eth0', 'master', 'br0']);
  await h1.read('ip', ['address', 'add', `${h1.ip}/24`, 'dev', 'br0']);
  await h1.read('ip', ['link', 'set', 'br0', 'up']);
  await expect.poll(() => h1.read('ip', ['-brief', 'link', 'show', 'br0'])).toMatch(/ UP /);
  const announcing = await announce(h1, 'thing:9', '--check', 'none');
  expect(announcing.stdout).toMatch(/^using br0 \(10\.99\.0\.1\)$/m);
  await expect.poll(() => list(h2, 'thing')).toMatchObject([{ addresses: expect.arrayContaining([h1.ip]) }]);
});

await labTest(
  'where a firewall lets nothing out, nothing is said to be announced, and all is well as soon as it does',
  { hosts: 2, needs: ['nft'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const rules = 'table inet wall { chain out { type filter hook output priority 0; udp dport 5353 drop\n }\n}\n';
    await h1.read('nft', ['-f', '-'], { input: rules });
    const announcing = spawnAmbassador(h1, ['announce', 'thing:9', '--check', 'none']);
    await announcing.line(/^eth0: nothing can be sent \(EPERM\): a firewall on this machine forbids it/);
    const listed = await runAmbassador(h1, ['list', 'thing']);
    expect(listed).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/^ambassador: eth0: nothing can be sent \(EPERM\)/m),
    });
    const watching = spawnAmbassador(h2, ['list', 'thing', '--watch']);
    await watching.line(/not found on eth0/);
    expect(announcing.stdout).not.toMatch(/^announced/m);
    await h1.read('nft', ['delete', 'table', 'inet', 'wall']);
    await announcing.line(/^announced thing /);
    await watching.line(/^\[\+\] thing /);
  },
);
