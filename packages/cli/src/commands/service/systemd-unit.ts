import type { Duty } from './duty.ts';
import { type Site, STATE_KEY } from './site.ts';
import { listWords } from './up-words.ts';

/** Where an agent has its socket, for containers to mount: it outlives the service, which the folder of a unit does not. */
export const AGENT_FOLDER = '/run/ambassador';
const RUNTIME_FOLDER = 'ambassador-up';
/** The unit that examples and the Debian package bring. It has the same folders, and runs the same file unless told otherwise. */
const EXAMPLE = 'ambassador-up.service';

/** What any service does without. Tests hold them beside those of the examples. */
const HARDENED_FOR_ALL = [
  'NoNewPrivileges=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
  '# A core dump would hold keys and passwords.',
  'LimitCORE=0',
  'MemoryMax=512M',
  'TasksMax=64',
  'LimitNOFILE=65536',
];

/** A user's own systemd has no rights for these. */
const HARDENED_FOR_SYSTEM = [
  'DynamicUser=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
];

/** What the service is started with, and how. */
export function writeUnit(site: Site, duty: Duty, head: readonly string[]): string {
  const isSystem = site.scope === 'system';
  const lines = [
    ...head.map((line) => `# ${line}`),
    '[Unit]',
    'Description=Services that are announced and found on this network',
    ...(isSystem ? ['Wants=network-online.target', 'After=network-online.target', `Conflicts=${EXAMPLE}`] : []),
    '',
    '[Service]',
    'Type=notify',
    '# Node has no datagram sockets of that kind: systemd-notify, a child, sends for it.',
    'NotifyAccess=all',
    ...listEnvironment(site, duty).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    ...listKeyLines(site, duty),
    `ExecStart=${listWords(site, duty, isSystem ? undefined : duty.key)
      .map(quoteWord)
      .join(' ')}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    '# One that hangs is started again.',
    'WatchdogSec=120',
    'Restart=on-failure',
    'RestartSec=2',
    '# What a restart does not put right: wrong usage, a missing file, refused for safety, a broken configuration.',
    'RestartPreventExitStatus=64 66 77 78',
    '# The first SIGTERM drains: goodbye, 2 s of grace, 30 s for connections.',
    'KillMode=mixed',
    'TimeoutStopSec=40',
    '',
    ...(isSystem ? listSystemLines(duty) : []),
    'UMask=0077',
    ...HARDENED_FOR_ALL,
    '',
    '[Install]',
    `WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function listEnvironment({ scope, folders }: Site, { key }: Duty): readonly (readonly [string, string])[] {
  const isSystem = scope === 'system';
  return [
    ['AMBASSADOR_LOG_FORMAT', 'json'],
    ...Object.entries(folders),
    ...(isSystem ? [['XDG_STATE_HOME', '/var/lib'] as const] : []),
    ...(isSystem && key === STATE_KEY ? [['AMBASSADOR_MESH_KEY_FILE', key] as const] : []),
  ];
}

/** The key is root's: systemd reads it and hands it on. */
function listKeyLines({ scope }: Site, { key }: Duty): readonly string[] {
  if (scope === 'user' || key === undefined || key === STATE_KEY) return [];
  return [`LoadCredential=mesh.key:${key.replaceAll('%', '%%')}`, 'Environment=AMBASSADOR_MESH_KEY_FILE=%d/mesh.key'];
}

function listSystemLines({ hasLowPort, asksDocker, tellsContainers }: Duty): readonly string[] {
  const capability = hasLowPort ? 'CAP_NET_BIND_SERVICE' : '';
  return [
    ...(tellsContainers
      ? [
          '# Containers mount this folder: it must stay when the service starts again.',
          `ExecStartPre=+/bin/mkdir -p -m 0755 ${AGENT_FOLDER}`,
          `ExecStartPre=+/bin/chown --reference=%t/${RUNTIME_FOLDER} ${AGENT_FOLDER}`,
          `ReadWritePaths=-${AGENT_FOLDER}`,
        ]
      : []),
    `RuntimeDirectory=${RUNTIME_FOLDER}`,
    'RuntimeDirectoryMode=0700',
    'StateDirectory=ambassador',
    'StateDirectoryMode=0700',
    ...HARDENED_FOR_SYSTEM,
    ...(asksDocker ? ['SupplementaryGroups=docker'] : []),
    `CapabilityBoundingSet=${capability}`,
    ...(hasLowPort ? [`AmbientCapabilities=${capability}`] : []),
  ];
}

/** systemd.exec(5): a variable's value may hold `$`, and `%` begins a specifier. */
function quote(text: string): string {
  const escaped = text.replaceAll(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('\n', '\\n');
  return /^[\w./=:@+,-]+$/.test(text) ? escaped : `"${escaped}"`;
}

/** systemd.service(5): in a command line `$` is doubled, too; not in the program's name, which is the first word. */
function quoteWord(word: string, index: number): string {
  return index === 0 ? quote(word) : quote(word).replaceAll('$', '$$$$');
}
