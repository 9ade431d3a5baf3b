import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Duty } from '../../../src/commands/service/duty.ts';
import { readConfigNote, SIGNATURE } from '../../../src/commands/service/host.ts';
import { type Site, STATE_KEY } from '../../../src/commands/service/site.ts';
import { arrangeHost, DUTY, listCommands } from './fixtures.ts';

const UNITS = fileURLToPath(new URL('../../../../../examples/systemd/', import.meta.url));
/** What a unit says of itself, not of what it may do. */
const OWN_MATTERS =
  /^(?:Type|NotifyAccess|Environment|EnvironmentFile|Exec\w+|Restart\w*|KillMode|TimeoutStopSec|\w+Directory|\w+DirectoryMode|ReadWritePaths|MemoryMax)=/;

function writeUnit(scope: 'user' | 'system', duty: Partial<Duty> = {}, site: Partial<Site> = {}): readonly string[] {
  return arrangeHost('linux', scope, site)
    .write({ ...DUTY, ...duty })
    .trimEnd()
    .split('\n');
}

function listHardening(lines: readonly string[]): readonly string[] {
  const service = lines.slice(lines.indexOf('[Service]') + 1, lines.indexOf('[Install]'));
  return service.filter((line) => /^\w/.test(line) && !OWN_MATTERS.test(line)).toSorted();
}

test('the unit of the machine says what is run, and first whose it is', () => {
  const { path } = arrangeHost('linux', 'system');
  const lines = writeUnit('system');
  expect(path).toBe('/etc/systemd/system/ambassador.service');
  expect(lines[0]).toBe(`# ${SIGNATURE}`);
  expect(readConfigNote(lines.join('\n'))).toBe(DUTY.config);
  expect(lines).toEqual(
    expect.arrayContaining([
      'Type=notify',
      'ExecStart=/usr/bin/node /usr/lib/ambassador/bin/ambassador.js up --config /etc/ambassador/ambassador.yaml',
      'ExecReload=/bin/kill -HUP $MAINPID',
      'WatchdogSec=120',
      'RuntimeDirectory=ambassador-up',
      'Environment=XDG_STATE_HOME=/var/lib',
      'StateDirectory=ambassador',
      'WantedBy=multi-user.target',
    ]),
  );
});

test.each(['ambassador-announce@.service', 'ambassador-proxy@.service', 'ambassador-agent.service'])(
  'it may do no more than %s of the examples',
  (example) => {
    const lines = readFileSync(UNITS + example, 'utf8').split('\n');
    expect(listHardening(writeUnit('system'))).toEqual(listHardening(lines));
  },
);

test('the example for up is what is installed, but for where the program is', () => {
  const example = readFileSync(`${UNITS}ambassador-up.service`, 'utf8').trimEnd().split('\n');
  const start = example.indexOf('[Unit]');
  const lines = writeUnit('system').map((line) =>
    line
      .replace('/usr/bin/node /usr/lib/ambassador/bin/ambassador.js', '/usr/local/bin/ambassador')
      .replace('Conflicts=ambassador-up.service', 'Conflicts=ambassador.service'),
  );
  expect(example.slice(start)).toEqual(lines.slice(lines.indexOf('[Unit]')));
});

test('what the file needs is allowed, and nothing else', () => {
  expect(writeUnit('system')).toContain('CapabilityBoundingSet=');
  const lines = writeUnit('system', { hasLowPort: true, asksDocker: true, tellsContainers: true });
  expect(lines).toEqual(
    expect.arrayContaining([
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
      'AmbientCapabilities=CAP_NET_BIND_SERVICE',
      'SupplementaryGroups=docker',
      'ExecStartPre=+/bin/chown --reference=%t/ambassador-up /run/ambassador',
      'ReadWritePaths=-/run/ambassador',
    ]),
  );
});

test('a mesh key of root’s is handed on by systemd, and one in the folder of the service stays where it is written', () => {
  const handed = writeUnit('system', { key: '/root/50%/mesh.key' });
  expect(handed).toContain('LoadCredential=mesh.key:/root/50%%/mesh.key');
  expect(handed).toContain('Environment=AMBASSADOR_MESH_KEY_FILE=%d/mesh.key');
  expect(handed.find((line) => line.startsWith('ExecStart='))).not.toContain('mesh.key');
  const own = writeUnit('system', { key: STATE_KEY, isRenewed: true });
  expect(own).toContain(`Environment=AMBASSADOR_MESH_KEY_FILE=${STATE_KEY}`);
  expect(own.join('\n')).not.toContain('LoadCredential');
});

test('the unit of a user leaves out what needs rights, and the folder of the sockets, which other commands share', () => {
  const lines = writeUnit('user', { key: '/home/anna/.config/ambassador/mesh.key' });
  expect(arrangeHost('linux', 'user').path).toBe('/home/anna/.config/systemd/user/ambassador.service');
  const folders = { XDG_CONFIG_HOME: '/data/anna' };
  expect(arrangeHost('linux', 'user', { folders }).path).toBe('/data/anna/systemd/user/ambassador.service');
  expect(writeUnit('user', {}, { folders })).toContain('Environment=XDG_CONFIG_HOME=/data/anna');
  expect(lines.find((line) => line.startsWith('ExecStart='))).toMatch(/ --mesh-key-file \/home\/anna\/.*mesh\.key$/);
  expect(lines).toEqual(expect.arrayContaining(['NoNewPrivileges=yes', 'WantedBy=default.target']));
  expect(lines.join('\n')).not.toMatch(/DynamicUser|RuntimeDirectory|StateDirectory|Capabilit|Protect|LoadCredential/);
});

test('--open is kept, whatever key there will be', () => {
  for (const scope of ['user', 'system'] as const) {
    expect(writeUnit(scope, { isOpen: true }).find((line) => line.startsWith('ExecStart='))).toMatch(/ --open$/);
  }
});

test('no path means more to systemd than it says', () => {
  const config = '/srv/my "$HOME" 100%\\n/a--b.yaml';
  const lines = writeUnit('system', { config }, { node: '/opt/node $1/bin/node' });
  expect(lines).toContain(
    'ExecStart="/opt/node $1/bin/node" /usr/lib/ambassador/bin/ambassador.js up --config "/srv/my \\"$$HOME\\" 100%%\\\\n/a--b.yaml"',
  );
  expect(readConfigNote(lines.join('\n'))).toBe(config);
  const broken = writeUnit('system', { config: '/srv/a\nUser=root' });
  expect(broken).not.toContain('User=root');
});

test('it is enabled and started, again where it was changed, and its state goes with it unless a key is there', () => {
  const host = arrangeHost('linux', 'system');
  expect(listCommands(host.install)).toEqual([
    'systemctl daemon-reload',
    'systemctl enable ambassador.service',
    'systemctl restart ambassador.service',
  ]);
  expect(listCommands(host.install, 'same').at(-1)).toBe('systemctl start ambassador.service');
  expect(listCommands(host.stop)).toEqual(['systemctl disable --now ambassador.service']);
  expect(host.state).toEqual(['/var/lib/private/ambassador', '/var/lib/ambassador']);
  expect(arrangeHost('linux', 'system', { hasStateKey: true }).state).toEqual([]);
  expect(arrangeHost('linux', 'user').state).toEqual([]);
  expect(listCommands(host.forget)[0]).toBe('systemctl daemon-reload');
  const user = arrangeHost('linux', 'user');
  expect([...user.install, ...user.stop, ...user.forget].every(({ words }) => words[1] === '--user')).toBe(true);
  expect(user.when).toContain('loginctl enable-linger');
  expect(arrangeHost('linux', 'user', { isLingering: true }).when).toBe(host.when);
  expect([host.isRunning('active\n'), host.isRunning('activating\n')]).toEqual([true, false]);
});
