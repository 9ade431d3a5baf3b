import { expect, test } from 'vitest';
import type { Duty } from '../../../src/commands/service/duty.ts';
import { findHost } from '../../../src/commands/service/place.ts';
import { explainRefusal } from '../../../src/commands/service/refuse.ts';
import { type Site, STATE_KEY } from '../../../src/commands/service/site.ts';
import type { Scope } from '../../../src/process/scope.ts';
import { arrangeSite, DUTY } from './fixtures.ts';

interface Case {
  readonly platform?: NodeJS.Platform;
  readonly scope?: Scope;
  readonly site?: Partial<Site>;
  readonly duty?: Partial<Duty>;
}

function refuse({ platform = 'linux', scope = 'system', site = {}, duty = {} }: Case): string | undefined {
  return explainRefusal(arrangeSite(platform, scope, site), { ...DUTY, ...duty });
}

test.each<[string, Case, string]>([
  ['a program in a cache', { scope: 'user', site: { program: '/home/a/.npm/_npx/1/x.js' } }, 'npm install --global'],
  ['a program in a home folder', { site: { program: '/home/anna/x.js' } }, '/home/anna/x.js is in a user'],
  ['a Node in a home folder', { site: { node: '/root/.nvm/node' } }, '/root/.nvm/node is in a user'],
  ['a file in a home folder', { duty: { config: '/home/anna/a.yaml' } }, 'move it to /etc/ambassador'],
  ['a file of root’s alone', { duty: { isReadableByAll: false } }, 'chmod a+r /etc/ambassador/ambassador.yaml'],
  [
    'a membership that can’t be renewed',
    { duty: { key: '/root/.config/ambassador/mesh.key', isRenewed: true } },
    `mv /root/.config/ambassador/mesh.key ${STATE_KEY}, and add --mesh-key-file ${STATE_KEY}`,
  ],
  ['darwin: what a user may change', { platform: 'darwin', site: { program: '/Users/anna/x.js' } }, 'takes no program'],
  ['win32: a home folder', { platform: 'win32', site: { program: 'C:\\USERS\\anna\\x.js' } }, 'sees nothing'],
  ['win32: a key there', { platform: 'win32', duty: { key: 'C:\\Users\\anna\\mesh.key' } }, 'LOCAL SERVICE'],
])('refused: %s', (_, one, sentence) => {
  expect(refuse(one)).toContain(sentence);
});

test.each<[string, Case]>([
  [
    'all of that, for a user',
    { scope: 'user', site: { program: '/home/anna/x.js' }, duty: { isReadableByAll: false } },
  ],
  ['the mesh key itself', { duty: { key: '/root/.config/ambassador/mesh.key' } }],
  ['a membership where it can be renewed', { duty: { key: STATE_KEY, isRenewed: true } }],
  ['darwin: a file anywhere', { platform: 'darwin', duty: { config: '/Users/anna/a.yaml', isReadableByAll: false } }],
])('taken: %s', (_, one) => {
  expect(refuse(one)).toBeUndefined();
});

test('where it is not known what runs services, nothing is guessed', () => {
  expect(findHost(arrangeSite('freebsd', 'system'))).toBeUndefined();
});
