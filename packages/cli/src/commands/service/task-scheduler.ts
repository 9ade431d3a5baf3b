import type { Duty } from './duty.ts';
import { listNotes, type ServiceManager } from './host.ts';
import type { Site } from './site.ts';
import { listWords } from './up-words.ts';
import { escapeXml } from './xml.ts';

const TASK = 'ambassador';
/** NT AUTHORITY\LOCAL SERVICE, by a name that no language changes. */
const LOCAL_SERVICE = 'S-1-5-19';
/** TASK_STATE_RUNNING. */
const RUNNING = '4';

/** A task of Windows' task scheduler. */
export function createTaskScheduler(site: Site): ServiceManager {
  const isSystem = site.scope === 'system';
  const path = `${site.data}\\ambassador\\service.xml`;
  return {
    name: 'the task scheduler',
    path,
    encoding: 'utf16le',
    write: (duty) => writeTask(site, duty, listNotes(duty.config)),
    install: [
      { words: ['schtasks', '/End', '/TN', TASK], mayFail: true, when: 'changed' },
      { words: ['schtasks', '/Create', '/F', '/TN', TASK, '/XML', path] },
      { words: ['schtasks', '/Run', '/TN', TASK] },
    ],
    stop: [
      { words: ['schtasks', '/End', '/TN', TASK], mayFail: true },
      { words: ['schtasks', '/Delete', '/F', '/TN', TASK] },
    ],
    forget: [],
    leftovers: [],
    state: [],
    // What schtasks prints is in the language of Windows.
    query: [
      'powershell',
      '-NoProfile',
      '-Command',
      `[int](Get-ScheduledTask -TaskName '${TASK}' -ErrorAction Stop).State`,
    ],
    isRunning: (printed) => printed.trim() === RUNNING,
    when: isSystem ? 'from each start of this machine on' : 'while you are logged in',
    look: [`schtasks /Query /TN ${TASK} /V /FO LIST`],
  };
}

function writeTask(site: Site, duty: Duty, head: readonly string[]): string {
  const isSystem = site.scope === 'system';
  const user = escapeXml(site.user);
  const trigger = isSystem ? 'BootTrigger' : 'LogonTrigger';
  const [node = '', ...words] = listWords(site, duty, duty.key);
  // A console program that a user's task runs would have a window.
  const [command, ...args] = isSystem ? [node, ...words] : ['conhost.exe', '--headless', node, ...words];
  const lines = [
    '<?xml version="1.0" encoding="UTF-16"?>',
    ...head.map((line) => `<!-- ${line} -->`),
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    '    <Description>ambassador up: services that are announced and found on this network</Description>',
    '  </RegistrationInfo>',
    '  <Triggers>',
    `    <${trigger}>`,
    '      <!-- Starts it again where it has ended. -->',
    '      <Repetition><Interval>PT5M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>',
    '      <Enabled>true</Enabled>',
    ...(isSystem ? [] : [`      <UserId>${user}</UserId>`]),
    `    </${trigger}>`,
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    ...(isSystem
      ? [`      <UserId>${LOCAL_SERVICE}</UserId>`]
      : [`      <UserId>${user}</UserId>`, '      <LogonType>InteractiveToken</LogonType>']),
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <StartWhenAvailable>true</StartWhenAvailable>',
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <Priority>5</Priority>',
    '  </Settings>',
    '  <Actions Context="Author">',
    '    <Exec>',
    `      <Command>${escapeXml(command ?? '')}</Command>`,
    `      <Arguments>${escapeXml(args.map(quoteArgument).join(' '))}</Arguments>`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** A path of Windows holds no quotes. */
function quoteArgument(word: string): string {
  return /^[\w./\\:@+-]+$/.test(word) ? word : `"${word}"`;
}
