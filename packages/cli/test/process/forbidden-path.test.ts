import { constants } from 'node:fs';
import { expect, test } from 'vitest';
import { explainForbidden, isForbidden, type SystemUser } from '../../src/process/forbidden-path.ts';

const ANN = 1000;
const UNIT = '/home/ann/.config/systemd/user/ambassador.service';

interface Entry {
  readonly uid: number;
  readonly mode: number;
}

const dir = (uid: number, mode: number = 0o755): Entry => ({ uid, mode: 0o40000 | mode });
const HOME = { '/': dir(0), '/home': dir(0), '/home/ann': dir(ANN) };

/** Who is neither in a group nor has a list of rights: the owner's bits are his, the last ones are everybody's. */
function ask(entries: Readonly<Record<string, Entry>>, other: Partial<SystemUser> = {}): SystemUser {
  const bits: Readonly<Record<number, number>> = { [constants.W_OK]: 0o2, [constants.X_OK]: 0o1, [constants.F_OK]: 0 };
  return {
    uid: ANN,
    name: 'ann',
    home: '/home/ann',
    may(path, right) {
      const entry = entries[path];
      const bit = bits[right] ?? 0;
      return entry !== undefined && ((entry.mode >> (entry.uid === ANN ? 6 : 0)) & bit) === bit;
    },
    look: (path) => entries[path],
    ...other,
  };
}

test("a folder of root's in a home is named, with its owner and how it becomes the user's again", () => {
  const asker = ask({ ...HOME, '/home/ann/.config': dir(0) });
  expect(explainForbidden(UNIT, 'EACCES', 'user', asker)).toBe(
    `this user may not change ${UNIT}: /home/ann/.config belongs to root (mode 0755); make it yours with sudo chown ann /home/ann/.config`,
  );
});

test('a folder that nobody else may enter hides what is below, and is what is named', () => {
  const asker = ask({ ...HOME, '/home/ann/.config': dir(1001, 0o700) });
  expect(explainForbidden(UNIT, 'EACCES', 'user', asker)).toContain(
    '/home/ann/.config belongs to the user with the number 1001 (mode 0700)',
  );
});

test.each([
  [
    "a folder of one's own that may not be written to",
    { '/home/ann/.config': dir(ANN, 0o555) },
    '/home/ann/.config has mode 0555; run chmod u+rwX /home/ann/.config',
  ],
  [
    "a file of root's",
    { '/home/ann/x': { uid: 0, mode: 0o100644 } },
    '/home/ann/x belongs to root (mode 0644); make it yours with sudo chown ann /home/ann/x',
  ],
])('%s', (_, entries, words) => {
  const path = Object.keys(entries)[0] === '/home/ann/x' ? '/home/ann/x' : UNIT;
  expect(explainForbidden(path, 'EACCES', 'user', ask({ ...HOME, ...entries }))).toContain(words);
});

test("root is asked for what is the machine's alone", () => {
  const asker = ask({ '/': dir(0), '/etc': dir(0), '/srv': dir(0) });
  expect(explainForbidden('/etc/x/y.conf', 'EACCES', 'system', asker)).toMatch(
    /\/etc belongs to root .*; run it as root, with sudo$/,
  );
  const mine = explainForbidden('/srv/config/y.conf', 'EACCES', 'user', asker);
  expect(mine).toMatch(/\/srv belongs to root .*; have it let this user write there, or name a folder of your own$/);
  expect(explainForbidden('C:\\x', 'EPERM', 'system', ask({}, { uid: undefined }))).toMatch(/run it as administrator$/);
  expect(explainForbidden('C:\\x', 'EPERM', 'user', ask({}, { uid: undefined }))).not.toMatch(
    /sudo|root|administrator/,
  );
});

test("nobody is told to take what is the system's for his own, though his home is `/`", () => {
  const asker = ask({ '/': dir(0), '/etc': dir(0) }, { home: '/', name: '1000' });
  expect(explainForbidden('/etc/x.env', 'EACCES', 'user', asker)).toBe(
    'this user may not change /etc/x.env: /etc belongs to root (mode 0755); have it let this user write there, or name a folder of your own',
  );
});

test('nobody is sent to root by whom root is, or where no right is lacking, or the disk is read-only', () => {
  const whole = ask({ ...HOME, '/home/ann/x': { uid: ANN, mode: 0o100644 } });
  for (const asker of [whole, { ...whole, uid: 0 }]) {
    expect(explainForbidden('/home/ann/x', 'EPERM', 'user', asker)).toBe(
      'the system lets nobody change /home/ann/x (EPERM): it, its folder or its disk is protected; name another place',
    );
  }
  expect(explainForbidden('/home/ann/x', 'EROFS', 'system', whole)).toMatch(/on a disk that is read-only/);
  expect(['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].map(isForbidden)).toEqual([true, true, true, false]);
});
