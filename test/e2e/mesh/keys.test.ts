import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { runAmbassador } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { cutToken, initMesh, makeSharedFolder, mesh } from '../../mesh.ts';

/** Commands that run at the same time. */
const AT_ONCE = 5;

await labTest('a mesh key is made once, private, and never printed', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const path = join(makeSharedFolder(), 'mesh.key');
  const made = await mesh(h1, 'init', path);
  expect(made).toMatch(/^mesh [0-9a-f]{16}: its key is in /);
  expect(made).toContain(`ambassador announce redis --mesh-key-file ${path}`);
  expect(made).toContain(`ambassador proxy redis --mesh-key-file ${path}`);
  expect(await h1.read('stat', ['-c', '%a', path])).toBe('600\n');
  const secret = /amb1_\w+/.exec(await h1.read('cat', [path]))?.[0] ?? '';
  expect(secret).toHaveLength(61);

  const again = await runAmbassador(h1, ['mesh', 'init', path]);
  expect(again.code).toBe(77);
  expect(again.stderr).toContain('exists and is left as it is');
  const shown = await mesh(h1, 'show', path);
  const id = /mesh ([0-9a-f]{16})/.exec(made)?.[1];
  expect(shown).toMatch(new RegExp(`^mesh ${id}: [a-z0-9-]+ is a keeper: it has the mesh key\\n`));
  expect(JSON.parse(await mesh(h1, 'show', '--json', path))).toMatchObject({ file: path, mesh: id });
  expect(made + shown + again.stderr).not.toContain(secret.slice(5));

  const token = join(dirname(path), 'redis.token');
  const cut = await mesh(h1, 'token', '--proxy', 'redis', '-o', token, path);
  expect(cut).toContain(`ambassador proxy redis --mesh-key-file ${token}`);
  expect(cut).not.toMatch(/amb\w*1_/);
  expect(await h1.read('stat', ['-c', '%a', token])).toBe('600\n');
  expect(await mesh(h1, 'show', token)).toContain(`mesh ${id}: a token to proxy redis\n`);

  const rotated = await mesh(h1, 'rotate', path);
  expect(rotated).toContain(`${id} is still accepted`);
  expect(await h1.read('stat', ['-c', '%a', path])).toBe('600\n');
  expect((await runAmbassador(h1, ['mesh', 'rotate', path])).code).toBe(64);
  expect(await mesh(h1, 'rotate', '--drop-old', path)).not.toContain(id);
});

await labTest(
  'where the disk is full there is no part of a key, and another try is the first',
  { hosts: 1 },
  async (lan) => {
    const h1 = lan.host(1);
    const folder = makeSharedFolder();
    const path = join(folder, 'mesh.key');
    const fill = `mount -t tmpfs -o size=16k,mode=700 none ${folder}; head -c 64k /dev/zero > ${folder}/filler; true`;
    await h1.read('sh', ['-c', fill]);
    const failed = await runAmbassador(h1, ['mesh', 'init', path]);
    expect(failed).toMatchObject({
      code: 66,
      stderr: expect.stringContaining("mesh.key can't be written: the disk is full"),
    });
    expect(await h1.read('ls', [folder])).toBe('filler\n');
    await h1.read('rm', [`${folder}/filler`]);
    expect(await mesh(h1, 'init', path)).toMatch(/^mesh [0-9a-f]{16}: /);
  },
);

await labTest(
  'where the disk is read-only that is what is said, by whatever makes its folder first',
  { hosts: 1 },
  async (lan) => {
    const h1 = lan.host(1);
    const folder = makeSharedFolder();
    await h1.read('sh', ['-c', `mount -t tmpfs -o ro none ${folder}`]);
    const env = { HOME: folder, XDG_CONFIG_HOME: `${folder}/config`, XDG_DATA_HOME: `${folder}/data` };
    const made = await runAmbassador(h1, ['mesh', 'init', join(folder, 'new', 'in', 'mesh.key')]);
    expect(made).toMatchObject({ code: 66, stderr: expect.stringContaining('the disk is read-only') });
    const installed = await runAmbassador(h1, ['completion', 'bash', '--install'], { env });
    expect(installed).toMatchObject({ code: 77, stderr: expect.stringContaining('on a disk that is read-only') });
  },
);

await labTest(
  'a key file that cannot be used ends the command with a sentence and its code',
  { hosts: 1 },
  async (lan) => {
    const h1 = lan.host(1);
    const folder = makeSharedFolder();
    const key = await initMesh(h1, folder);
    const readable = join(folder, 'readable.key');
    const broken = join(folder, 'broken.key');
    await h1.read('sh', [
      '-c',
      `cp ${key} ${readable}; chmod 640 ${readable}; echo amb1_x > ${broken}; chmod 600 ${broken}`,
    ]);
    const secret = /amb1_\w+/.exec(await h1.read('cat', [key]))?.[0] ?? '';
    const token = await cutToken(h1, key, 'announce', 'thing');
    const truncated = join(folder, 'truncated.key');
    await h1.read('sh', ['-c', `head -c 60 ${token} > ${truncated}; chmod 600 ${truncated}`]);
    const file = join(folder, 'ambassador.yaml');
    await h1.read('sh', ['-c', `printf 'mesh: { keyFile: readable.key }\nproxy: [{ service: redis }]\n' > ${file}`]);
    const cases = [
      [
        ['proxy', 'redis', '--mesh-key-file', join(folder, 'none.key')],
        66,
        /none\.key does not exist; join a mesh with ambassador mesh join, copy the key file of yours there, or begin a new mesh with ambassador mesh init/,
      ],
      [['announce', 'redis', '--mesh-key-file', readable], 77, /has mode 0640, so that others .* run chmod 600/],
      [['list', '--mesh-key-file', broken], 78, /broken\.key: line 1: this is no mesh key: 56 characters follow amb1_/],
      [['up', '--config', file, '--dry-run'], 77, /ambassador\.yaml:1: mesh\.keyFile: .*readable\.key has mode 0640/],
      [['proxy', 'redis', '--mesh-key-file', folder], 66, /is a folder; write the path of the key file in it/],
      [['mesh', 'show', folder], 66, /is a folder; write the path of the key file in it/],
      [['mesh', 'init', join(key, 'mesh.key')], 66, /can't be written/],
      [['announce', 'redis', '--mesh-key-file', truncated], 78, /truncated\.key: line 1: this is no mesh token/],
      [['proxy', 'redis', '--mesh-key-file', secret], 64, /--mesh-key-file: this is a key itself/],
      [['mesh', 'show', secret], 64, /FILE: this is a key itself/],
      [
        ['resolve', 'thing', '--mesh-key-file', token],
        77,
        /can announce thing and nothing else, so it can't proxy thing/,
      ],
      [['announce', 'redis', '--mesh-key-file', token], 77, /so it can't announce redis/],
      [['list', key], 64, /is no service type/],
      [['proxy', 'redis', '--mesh-key-file', key, '--engine', 'haproxy'], 64, /needs engine node/],
      [['render', 'haproxy', 'redis', '--mesh-key-file', key], 77, /render writes addresses for programs/],
      [['announce', '--docker', '--mesh-key-file', key], 77, /containers are announced in the open/],
      [['agent', '--mesh-key-file', key], 77, /give the key to each proxy that reads from it/],
      [['mesh'], 64, /write mesh \S*init\|show\|token\|rotate/],
      [['mesh', 'token', key], 64, /a token is for one thing/],
      [['mesh', 'rotate', '--drop-old', key], 64, /holds no previous key/],
    ] as const;
    const check = async ([args, code, sentence]: (typeof cases)[number]): Promise<void> => {
      const result = await runAmbassador(h1, args);
      expect(result.stderr, args.join(' ')).toMatch(sentence);
      expect(result.code, args.join(' ')).toBe(code);
      expect(result.stderr).not.toContain(secret.slice(5));
      expect(result.stderr.trim().split('\n')).toHaveLength(1);
    };
    for (let first = 0; first < cases.length; first += AT_ONCE) {
      await Promise.all(cases.slice(first, first + AT_ONCE).map(check));
    }
  },
);
