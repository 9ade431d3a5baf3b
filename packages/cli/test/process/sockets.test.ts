import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeNothing } from '../../src/process/running-lines.ts';
import { listSockets } from '../../src/process/sockets.ts';

const NOBODY = 65_534;
/** Of the folders that are made here; root gives them away. */
const OWNER = process.getuid?.() === 0 ? NOBODY : (process.getuid?.() ?? NOBODY);

/** A folder for temporary files, with one in it that holds the socket of a process; returns which processes a user is told of. */
async function arrange(name: string, mode = 0o700): Promise<(uid: number) => readonly number[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'running-'));
  const folder = join(temporary, name);
  mkdirSync(folder);
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(join(folder, '4711.sock'), resolve);
  });
  if (process.getuid?.() === 0) chownSync(folder, OWNER, OWNER);
  chmodSync(folder, mode);
  onTestFinished(() => {
    server.close();
    rmSync(temporary, { recursive: true, force: true });
  });
  return (uid) => {
    if (name === 'elsewhere') symlinkSync(folder, join(temporary, `ambassador-${uid}`));
    return listSockets({ env: {}, platform: 'linux', uid, temporary }).flatMap(({ path, pid }) =>
      path.startsWith(temporary) ? [pid] : [],
    );
  };
}

test.skipIf(process.platform === 'win32')("what is in a folder of a user's own is told to him", async () => {
  const list = await arrange(`ambassador-${OWNER}`);
  expect(list(OWNER)).toEqual([4711]);
});

test.skipIf(process.platform === 'win32')(
  "what another user has put in the place of a user's own folder is not believed, nor what anybody can put there",
  async () => {
    const victim = OWNER + 1;
    expect((await arrange(`ambassador-${victim}`))(victim)).toEqual([]);
    expect((await arrange(`ambassador-${victim}`, 0o755))(victim)).toEqual([]);
    expect((await arrange(`ambassador-${OWNER}`, 0o777))(OWNER)).toEqual([]);
    expect((await arrange('elsewhere'))(victim)).toEqual([]);
  },
);

test.skipIf(process.getuid?.() !== 0)(
  'root is told of what is in folders of others, and not in his own place',
  async () => {
    expect((await arrange('ambassador-65534'))(0)).toEqual([4711]);
    expect((await arrange('ambassador-0'))(0)).toEqual([]);
  },
);

test.skipIf(process.platform === 'win32')(
  'who looks in a folder that tells nothing says so, and not that nothing runs',
  () => {
    const temporary = mkdtempSync(join(tmpdir(), 'running-'));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const describe = (uid: number): string => describeNothing({ env: {}, platform: 'linux', uid, temporary });
    expect(describe(OWNER)).toMatch(/^nothing runs here: /);
    const own = join(temporary, `ambassador-${OWNER}`);
    writeFileSync(own, '');
    expect(describe(OWNER)).toMatch(
      new RegExp(`^what runs here can't be told: ${own} can't be listed \\(ENOTDIR\\); `),
    );
    const [other, another] = [join(temporary, `ambassador-${OWNER + 1}`), OWNER + 1];
    mkdirSync(other);
    chmodSync(other, 0o777);
    expect(describe(another)).toMatch(
      new RegExp(`^what runs here can't be told: ${other} belongs to another user, or `),
    );
  },
);

test.skipIf(process.platform === 'win32')('of all pipes of a Windows those of ours are told', () => {
  // To Linux the folder of pipes is a name like another.
  const [temporary, before, pipes] = [mkdtempSync(join(tmpdir(), 'running-')), process.cwd(), '\\\\.\\pipe\\'];
  process.chdir(temporary);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(temporary, { recursive: true, force: true });
  });
  mkdirSync(pipes);
  for (const name of ['lsass', 'ambassador-4711', 'ambassador-x', '4712.sock']) writeFileSync(`${pipes}/${name}`, '');
  const surroundings = { env: {}, platform: 'win32', uid: undefined, temporary } as const;
  expect(listSockets(surroundings)).toEqual([{ path: `${pipes}ambassador-4711`, pid: 4711 }]);
  expect(describeNothing(surroundings)).toMatch(/^nothing runs here: /);
});
