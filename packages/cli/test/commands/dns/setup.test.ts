import { expect, test } from 'vitest';
import { type Findings, readVersion } from '../../../src/commands/dns/setup/findings.ts';
import { chooseSetup, explainNoSetup, type Setup } from '../../../src/commands/dns/setup/setup.ts';
import { describeSetup } from '../../../src/commands/dns/setup/setup-lines.ts';

const PLACE = { domain: 'ambassador.internal', address: '127.0.0.1', port: 5355 };
const LINUX: Findings = {
  platform: 'linux',
  resolvConf: 'nameserver 192.168.1.1\n',
  nsswitch: 'hosts: files dns\n',
  isResolvedThere: false,
  systemdVersion: undefined,
  networkManager: '',
  hasDnsmasqFolder: false,
};
const STUB = 'search lan\nnameserver 127.0.0.53\noptions edns0\n';

function choose(changes: Partial<Findings>, port = 5355): Setup | undefined {
  return chooseSetup({ ...LINUX, ...changes }, { ...PLACE, port });
}

/** Without the line by which it is known as ours. */
function textOf(setup: Setup | undefined): readonly string[] {
  return setup?.file?.text.trimEnd().split('\n').slice(1) ?? [];
}

test('systemd-resolved has a drop-in, and from version 258 on a delegate', () => {
  const resolved = { resolvConf: STUB, isResolvedThere: true };
  const dropIn = choose({ ...resolved, systemdVersion: 257 });
  expect(dropIn?.file?.path).toBe('/etc/systemd/resolved.conf.d/ambassador.internal.conf');
  expect(textOf(dropIn)).toEqual(['[Resolve]', 'DNS=127.0.0.1:5355', 'Domains=~ambassador.internal']);
  expect(dropIn?.install).toEqual([['systemctl', 'restart', 'systemd-resolved']]);
  const delegate = choose({ ...resolved, systemdVersion: 258 });
  expect(delegate?.file?.path).toBe('/etc/systemd/dns-delegate.d/ambassador.internal.dns-delegate');
  expect(textOf(delegate)).toEqual(['[Delegate]', 'DNS=127.0.0.1:5355', 'Domains=ambassador.internal']);
  const byModule = choose({ nsswitch: 'hosts: files resolve [!UNAVAIL=return] dns', isResolvedThere: true });
  expect(byModule?.asker).toBe('systemd-resolved');
});

test('a systemd-resolved that runs and is not asked is left alone', () => {
  expect(choose({ isResolvedThere: true })).toBeUndefined();
});

test('NetworkManager that asks through dnsmasq, and dnsmasq itself, have a line each', () => {
  const own = { resolvConf: 'nameserver 127.0.0.1\n', hasDnsmasqFolder: true };
  const line = 'server=/ambassador.internal/127.0.0.1#5355';
  const manager = choose({ ...own, networkManager: '[main]\ndns=dnsmasq\n' });
  expect([manager?.file?.path, textOf(manager)[0]]).toEqual([
    '/etc/NetworkManager/dnsmasq.d/ambassador.internal.conf',
    line,
  ]);
  const dnsmasq = choose({ ...own, networkManager: '[main]\n#dns=dnsmasq\n' });
  expect([dnsmasq?.file?.path, textOf(dnsmasq)[0]]).toEqual(['/etc/dnsmasq.d/ambassador.internal.conf', line]);
});

test('macOS has a file named after the domain, which needs no command', () => {
  const setup = choose({ platform: 'darwin' });
  expect(setup?.file?.path).toBe('/etc/resolver/ambassador.internal');
  expect(textOf(setup)).toEqual(['nameserver 127.0.0.1', 'port 5355']);
  expect([setup?.install, setup?.uninstall]).toEqual([[], []]);
});

test('Windows has a rule, which is put in the place of one before, and asks at port 53 alone', () => {
  expect(choose({ platform: 'win32' })).toBeUndefined();
  expect(explainNoSetup({ ...LINUX, platform: 'win32' }, PLACE)).toContain('--listen 127.0.0.1:53 here and where');
  const [[, , , install = ''] = []] = choose({ platform: 'win32' }, 53)?.install ?? [];
  expect(install).toMatch(/Remove-DnsClientNrptRule .*; Add-DnsClientNrptRule -Namespace '\.ambassador\.internal'/);
  const [[, , , uninstall = ''] = []] = choose({ platform: 'win32' }, 53)?.uninstall ?? [];
  expect(uninstall).not.toContain('Add-');
});

test('where nothing can send one domain elsewhere, it is said what is asked and what to do', () => {
  expect(choose({})).toBeUndefined();
  expect(explainNoSetup(LINUX, PLACE)).toContain('/etc/resolv.conf names 192.168.1.1; install systemd-resolved');
  expect(choose({ platform: 'freebsd' })).toBeUndefined();
  expect(explainNoSetup({ ...LINUX, platform: 'freebsd' }, PLACE)).toContain(
    'forward ambassador.internal to 127.0.0.1',
  );
});

test('what is printed is what is done', () => {
  const setup = choose({ resolvConf: STUB, isResolvedThere: true });
  if (setup === undefined) throw new Error('no setup');
  expect(describeSetup(setup, 'install', PLACE)).toEqual([
    'This machine looks up names with systemd-resolved, which asks 127.0.0.1, port 5355, for ambassador.internal by',
    '  /etc/systemd/resolved.conf.d/ambassador.internal.conf:',
    '    # Written by ambassador dns --install. ambassador dns --uninstall --write removes it',
    '    [Resolve]',
    '    DNS=127.0.0.1:5355',
    '    Domains=~ambassador.internal',
    '  systemctl restart systemd-resolved',
    'ambassador dns --install --write does it, as root.',
  ]);
  expect(describeSetup(setup, 'uninstall', PLACE)).toEqual([
    'This machine looks up names with systemd-resolved, which is as it was by',
    '  rm /etc/systemd/resolved.conf.d/ambassador.internal.conf',
    '  systemctl restart systemd-resolved',
    'ambassador dns --uninstall --write does it, as root.',
  ]);
});

test('the version of systemd is what it says', () => {
  expect(readVersion('systemd 252 (252.39-1~deb12u2)\n+PAM +AUDIT')).toBe(252);
  expect(readVersion(undefined)).toBeUndefined();
});
