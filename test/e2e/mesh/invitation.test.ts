import type { CommandResult, Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import {
  AMBASSADOR,
  announce,
  proxy,
  runAmbassador,
  runProgram,
  spawnAmbassador,
  startProgram,
} from '../../ambassador.ts';
import { noteJoining } from '../../joining.ts';
import { labTest } from '../../lab-test.ts';
import { readQr } from '../../read-qr.ts';
import { ADMIN_ADDRESS } from '../admin/admin-client.ts';

/** On each host: its home is its own. */
const KEY = '/run/.config/ambassador/mesh.key';
/** Where it keeps whom it has met. */
const PEERS = '/run/.local/state/ambassador/peers.json';
const CODE = /^ {2}ambassador mesh join (\d+-\w+-\w+-\w+)/m;

interface Invited {
  readonly inviting: HostProcess;
  readonly code: string;
  readonly ms: number;
}

async function invite(host: Host, ...args: readonly string[]): Promise<Invited> {
  const startedAt = performance.now();
  const inviting = spawnAmbassador(host, ['mesh', 'invite', ...args]);
  await inviting.line(/Waiting for it/, { stream: 'stdout' });
  return { inviting, code: CODE.exec(inviting.stdout)?.[1] ?? '', ms: performance.now() - startedAt };
}

/** The same at a terminal that is large enough for a picture. */
async function inviteAtTerminal(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  const command = `stty columns 120 rows 60; exec ${process.execPath} ${AMBASSADOR} mesh invite ${args.join(' ')}`;
  const inviting = host.spawn('script', ['-qec', command, '/dev/null']);
  await inviting.line(/Waiting for it/, { stream: 'stdout' });
  return inviting;
}

/** The code is typed where it is asked for. */
function join(host: Host, code: string, ...args: readonly string[]): Promise<CommandResult> {
  return runAmbassador(host, ['mesh', 'join', ...args], { input: `${code}\n` });
}

/** The same as a person does it, at a terminal. */
function joinAtTerminal(host: Host, code: string): Promise<CommandResult> {
  const command = `${process.execPath} ${AMBASSADOR} mesh join --name laptop`;
  return host.run('script', ['-qec', command, '/dev/null'], { input: `${code}\n` });
}

/** What a service there says of itself. */
async function ask(from: Host, host: string, port: number): Promise<string> {
  return (await runProgram<{ readonly answer: string }>(from, 'ask', [host, `${port}`, 'who'])).answer;
}

/** Without a flag on either: from here to there, by TLS. */
async function reach(from: Host, to: Host): Promise<void> {
  await startProgram(to, 'service', '7000', to.name);
  const announcing = await announce(to, 'thing:7000');
  const proxying = await proxy(from, 'thing:7001');
  for (const one of [announcing, proxying]) expect(one.stdout).toMatch(/^mesh [0-9a-f]{16} as /m);
  await proxying.until((output) => output.includes(`found "thing on ${to.name}"`));
  expect(await ask(from, '127.0.0.1', 7001)).toBe(`${to.name}\n`);
}

await labTest(
  'invite and join by mDNS, with a wrong code before: then announce and proxy need no flag, and a third host gets nothing; with the code of a QR and rights for one service it is seen',
  { hosts: 3, needs: ['curl'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const invited = await invite(h1);
    const { inviting, code } = invited;
    expect(inviting.stdout).toMatch(/^mesh [0-9a-f]{16} is new: its key is in \/run\/\.config/);
    expect(inviting.stdout).not.toMatch(/[▀▄█]/);
    const [number] = code.split('-');
    const guessed = await join(h3, `${number}-zebra-zebra-zebra`);
    expect(guessed.code).toBe(77);
    expect(guessed.stderr).toContain('the code is wrong; the inviter takes 2 more wrong ones');
    await inviting.line(/10\.99\.0\.3 gave a wrong code; after 2 more the invitation is over/);
    const joiningAt = performance.now();
    const joined = await joinAtTerminal(h2, code.toUpperCase().replaceAll('-', ' '));
    noteJoining('join-by-mdns', invited.ms, performance.now() - joiningAt);
    expect(joined.code).toBe(0);
    expect(joined.stdout).toMatch(/^The code that the other machine shows/m);
    expect(joined.stdout).toMatch(/^this machine is laptop in mesh [0-9a-f]{16} now: it may use the whole mesh\r?$/m);
    await inviting.line(/^laptop \(10\.99\.0\.2\) is in mesh [0-9a-f]{16} now and may use the whole mesh$/);
    expect(await inviting.exited).toMatchObject({ code: 0 });
    expect(await h2.read('stat', ['-c', '%a', KEY])).toBe('600\n');
    await reach(h2, h1);
    expect(await ask(h3, h1.ip, 22_000)).toBe('');
    const again = await join(h2, code);
    expect(again).toMatchObject({ code: 77, stderr: expect.stringContaining('has a mesh key already') });
    const shown = await inviteAtTerminal(h1, '--proxy', 'thing');
    const read = /^ambassador mesh join (\d+-\w+-\w+-\w+) --at 10\.99\.0\.1$/.exec(readQr(shown.stdout));
    expect(shown.stdout).toContain(`ambassador mesh join ${read?.[1]}`);
    expect(await join(h3, read?.[1] ?? '')).toMatchObject({ code: 0 });
    await shown.exited;
    await proxy(h3, 'thing:7001');
    await announce(h1, 'notes:7005', '--check', 'none', '--admin', ADMIN_ADDRESS);
    await h1.until(`curl -sS http://${ADMIN_ADDRESS}/v1/lan | grep -q '"${h3.ip}"'`);
  },
);

await labTest(
  'with multicast dropped a machine joins by --at, or by a peer that knows who invites, named or met before, and needs no flag then; three wrong codes, or its time, end an invitation',
  { hosts: 5, needs: ['nft'] },
  async (lan) => {
    const [h1, h2, h3, h4, h5] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4), lan.host(5)];
    for (const host of lan.hosts) await lan.blockMulticast(host);
    // Without a mesh yet: h2 meets h3, and remembers it.
    const meeting = [
      await announce(h3, 'notes:7005', '--open', '--check', 'none', '--peer', h2.ip),
      await announce(h2, 'notes:7005', '--open', '--check', 'none', '--peer', h3.ip),
    ];
    await h2.until(`grep -q ${h3.ip} ${PEERS}`);
    for (const one of meeting) await one.stop('SIGTERM');
    const lost = join(h2, '99-zebra-zebra-zebra', '--mesh-key-file', '/run/lost.key');
    const brief = await invite(h5, '--for', '10s');
    expect(brief.inviting.stdout).toMatch(/^On the other machine type, within 10 seconds:$/m);
    const first = await invite(h1);
    for (const word of ['zebra', 'yacht', 'walrus'])
      await join(h2, `${first.code.replace(/\w+$/, word)}`, '--at', h1.ip);
    expect(await first.inviting.exited).toMatchObject({ code: 77 });
    expect(first.inviting.stderr).toContain('three wrong codes came, from 10.99.0.2: the invitation is over');
    const second = await invite(h1, '--proxy', 'thing');
    const joiningAt = performance.now();
    const joined = await join(h2, second.code, '--at', h1.ip);
    noteJoining('join-at-a-place', second.ms, performance.now() - joiningAt);
    expect(joined.stdout).toMatch(/in mesh [0-9a-f]{16} now: it may reach thing$/m);
    expect(await second.inviting.exited).toMatchObject({ code: 0 });
    // What takes the mesh key is refused to a member, and has changed nothing.
    const before = await h2.read('cat', [KEY]);
    for (const task of [['rotate'], ['invite'], ['token', '--proxy', 'thing'], ['remove', 'keeper']]) {
      const refused = await runAmbassador(h2, ['mesh', ...task]);
      expect.soft([task, refused.code]).toEqual([task, 77]);
      expect.soft(refused.stderr).toMatch(/^ambassador: \S.*(?:keeper|mesh key).*\n$/);
    }
    expect(await h2.read('cat', [KEY])).toBe(before);
    const third = await invite(h1);
    expect(await join(h3, third.code, '--at', h1.ip)).toMatchObject({ code: 0 });
    await reach(h3, h1);
    await announce(h3, 'notes:7005', '--check', 'none');
    const fourth = await invite(h1);
    await h3.until(`ss -Hltn 'sport = 5351' | grep -q .`);
    const byPeer = await join(h4, fourth.code, '--peer', h3.ip);
    expect(byPeer.stdout).toMatch(/^10\.99\.0\.3:5351 says that 10\.99\.0\.1:5351 invites by number \d+$/m);
    expect(byPeer.stdout).toMatch(/^this machine is h4 in mesh/m);
    await fourth.inviting.line(/^h4 \(10\.99\.0\.4\) is in mesh/);
    await h3.until(`! ss -Hltn 'sport = 5351' | grep -q .`);
    // Whom nobody named, and who knows of no such invitation, is no reason.
    expect(await lost).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/^ambassador: nobody invites by number 99 on this network; .*\n$/),
    });
    const fifth = await invite(h1);
    await h3.until(`ss -Hltn 'sport = 5351' | grep -q .`);
    const byMemory = await join(h2, fifth.code, '--name', 'again', '--mesh-key-file', '/run/again.key');
    expect(byMemory.stdout).toMatch(
      /^asking 10\.99\.0\.3:5351, which this machine has met before, who invites by number \d+ \.\.\.$/m,
    );
    expect(byMemory.stdout).toMatch(/^10\.99\.0\.3:5351 says that 10\.99\.0\.1:5351 invites by number \d+$/m);
    expect(byMemory.stdout).toMatch(/^this machine is again in mesh/m);
    expect(await brief.inviting.exited).toMatchObject({ code: 69 });
    expect(brief.inviting.stderr).toMatch(
      /^ambassador: nobody joined within 10 seconds: the invitation is over; .*\n$/,
    );
    const late = await join(h2, brief.code, '--at', h5.ip, '--mesh-key-file', '/run/late.key');
    expect(late).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/^ambassador: this machine has joined nothing: .*\n$/),
    });
    const renamed = await runAmbassador(h1, ['mesh', 'rename', 'h3', 'desk']);
    expect(renamed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^h3 is called desk now/m) });
    expect((await runAmbassador(h1, ['mesh', 'members', '--json'])).stdout).toContain('"desk"');
    const taken = await runAmbassador(h1, ['mesh', 'rename', 'h2', 'desk']);
    expect(taken).toMatchObject({ code: 77, stderr: expect.stringContaining('another machine is called desk') });
    expect(await runAmbassador(h1, ['mesh', 'rename', 'h2', 'My Desk'])).toMatchObject({ code: 64 });
  },
);
