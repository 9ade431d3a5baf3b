import type { Duty } from './duty.ts';
import { listNotes, type ServiceManager } from './host.ts';
import type { Site } from './site.ts';
import { listWords } from './up-words.ts';
import { escapeXml } from './xml.ts';

const LABEL = 'mdns-ambassador';
/** `077` in decimal: a property list knows no other numbers. */
const UMASK = 63;

/** A job of launchd's: an agent of the user's, or a daemon of the machine's. launchd.plist(5). */
export function createLaunchd(site: Site): ServiceManager {
  const { scope, home, uid } = site;
  const isSystem = scope === 'system';
  const library = isSystem ? '/Library' : `${home}/Library`;
  const path = `${library}/${isSystem ? 'LaunchDaemons' : 'LaunchAgents'}/${LABEL}.plist`;
  const log = `${library}/Logs/ambassador.log`;
  const domain = isSystem ? 'system' : `gui/${uid ?? ''}`;
  const job = `${domain}/${LABEL}`;
  return {
    name: 'launchd',
    path,
    encoding: 'utf8',
    write: (duty) => writeJob(site, duty, log, listNotes(duty.config)),
    install: [
      { words: ['launchctl', 'bootout', job], mayFail: true, when: 'changed' },
      { words: ['launchctl', 'enable', job] },
      { words: ['launchctl', 'bootstrap', domain, path], when: 'changed' },
      // Where it is there still, it is started.
      { words: ['launchctl', 'bootstrap', domain, path], mayFail: true, when: 'same' },
      { words: ['launchctl', 'kickstart', job], when: 'same' },
    ],
    stop: [{ words: ['launchctl', 'bootout', job], mayFail: true }],
    forget: [],
    leftovers: [log],
    state: [],
    query: ['launchctl', 'print', job],
    isRunning: (printed) => /^\s*state = running$/m.test(printed),
    when: isSystem ? 'from each start of this machine on' : 'while you are logged in',
    look: [`launchctl print ${job}`, `tail -f ${log}`],
  };
}

function writeJob(site: Site, duty: Duty, log: string, head: readonly string[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    ...head.map((line) => `<!-- ${line} -->`),
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    `  <key>Label</key>${writeString(LABEL)}`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...listWords(site, duty, duty.key).map((word) => `    ${writeString(word)}`),
    '  </array>',
    '  <key>EnvironmentVariables</key>',
    '  <dict>',
    ...Object.entries({ AMBASSADOR_LOG_FORMAT: 'json', ...site.folders }).map(
      ([name, value]) => `    <key>${name}</key>${writeString(value)}`,
    ),
    '  </dict>',
    '  <key>RunAtLoad</key><true/>',
    '  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
    '  <key>ThrottleInterval</key><integer>10</integer>',
    '  <key>ExitTimeOut</key><integer>40</integer>',
    `  <key>Umask</key><integer>${UMASK}</integer>`,
    '  <key>SoftResourceLimits</key>',
    '  <dict><key>Core</key><integer>0</integer><key>NumberOfFiles</key><integer>65536</integer></dict>',
    `  <key>StandardOutPath</key>${writeString(log)}`,
    `  <key>StandardErrorPath</key>${writeString(log)}`,
    '</dict>',
    '</plist>',
  ];
  return `${lines.join('\n')}\n`;
}

function writeString(text: string): string {
  return `<string>${escapeXml(text)}</string>`;
}
