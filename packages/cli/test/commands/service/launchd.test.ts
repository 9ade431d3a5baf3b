import { expect, test } from 'vitest';
import { readConfigNote, SIGNATURE } from '../../../src/commands/service/host.ts';
import { arrangeHost, DUTY, listCommands } from './fixtures.ts';

const HOME = '/Users/anna';

test('on darwin a user has an agent, the machine a daemon', () => {
  const user = arrangeHost('darwin', 'user', { home: HOME });
  const system = arrangeHost('darwin', 'system');
  expect([user.path, system.path]).toEqual([
    '/Users/anna/Library/LaunchAgents/mdns-ambassador.plist',
    '/Library/LaunchDaemons/mdns-ambassador.plist',
  ]);
  expect(listCommands(user.install)).toEqual([
    'launchctl bootout gui/501/mdns-ambassador',
    'launchctl enable gui/501/mdns-ambassador',
    'launchctl bootstrap gui/501 /Users/anna/Library/LaunchAgents/mdns-ambassador.plist',
  ]);
  expect(listCommands(system.stop)).toEqual(['launchctl bootout system/mdns-ambassador']);
  expect([user.leftovers, system.leftovers]).toEqual([
    ['/Users/anna/Library/Logs/ambassador.log'],
    ['/Library/Logs/ambassador.log'],
  ]);
});

test('its property list says what is run, whose it is, and which file it is for', () => {
  const config = '/Users/anna/a--b & <c>.yaml';
  const text = arrangeHost('darwin', 'user', { home: HOME }).write({ ...DUTY, config, key: '/Users/anna/mesh.key' });
  expect(text.split('\n')[1]).toBe(`<!-- ${SIGNATURE} -->`);
  expect(readConfigNote(text)).toBe(config);
  const [, words = ''] = /<array>(.*?)<\/array>/s.exec(text) ?? [];
  expect([...words.matchAll(/<string>(.*)<\/string>/g)].map(([, word]) => word)).toEqual([
    '/usr/bin/node',
    '/usr/lib/ambassador/bin/ambassador.js',
    'up',
    '--config',
    '/Users/anna/a--b &amp; &lt;c&gt;.yaml',
    '--mesh-key-file',
    '/Users/anna/mesh.key',
  ]);
  for (const [comment] of text.matchAll(/<!--(.*?)-->/gs)) expect(comment.slice(4, -3)).not.toContain('--');
});

test('what launchctl prints says whether it runs', () => {
  const host = arrangeHost('darwin', 'user');
  expect(host.isRunning('gui/501/mdns-ambassador = {\n\tstate = running\n')).toBe(true);
  expect(host.isRunning('gui/501/mdns-ambassador = {\n\tstate = not running\n')).toBe(false);
});
