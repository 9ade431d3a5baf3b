import { expect } from 'vitest';
import { runAmbassador } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

/** It stands wherever people might write a secret by mistake, and is never printed. */
const SECRET = 'hunter2-marzipan';
const REDIS = 'protocol: redis\npasswordFile: ./good.secret\n';

/** Files in /run; a name with a colon says the mode. */
const FILES: Readonly<Record<string, string>> = {
  'good.secret:600': SECRET,
  'open.secret:644': SECRET,
  'shared.secret:620': SECRET,
  'empty.secret:600': '\n',
  'binary.secret:600': `${SECRET}\0`,
  'inline.yaml': `protocol: redis\nusername: app\npassword: ${SECRET}\n`,
  'nearest.yaml': `protocol: redis\npaswordFile: ${SECRET}\n`,
  'unclosed.yaml': `protocol: redis\nusername: "${SECRET}\n`,
  'twice.yaml': `protocol: redis\nprotocol: ${SECRET}\n`,
  'protocol.yaml': `protocol: ${SECRET}\n`,
  'text.yaml': `${SECRET}\n`,
  'nameless.yaml': `${REDIS}tls: true\n`,
  'authority.yaml': `${REDIS}tls: true\nserverName: a.test\ncaFile: ./none.pem\n`,
  'absent.yaml': 'protocol: redis\npasswordFile: ./none.secret\n',
  'open.yaml': 'protocol: redis\npasswordFile: ./open.secret\n',
  'shared.yaml': 'protocol: redis\npasswordFile: ./shared.secret\n',
  'empty.yaml': 'protocol: redis\npasswordFile: ./empty.secret\n',
  'binary.yaml': 'protocol: redis\npasswordFile: ./binary.secret\n',
  'folder.yaml': 'protocol: redis\npasswordFile: /run\n',
  'variable.yaml': 'protocol: redis\npasswordFileVariable: NO_SUCH_FILE\n',
  'usual.yaml': 'protocol: redis\n',
  'up.yaml': `proxy:\n  - service: redis\n    from: ["static:127.0.0.1:1"]\n    credentials: { protocol: redis,\n      password: ${SECRET} }\n`,
};

/** The file, the exit code, and what the sentence has to contain. */
const MISTAKES: readonly (readonly [string, number, RegExp])[] = [
  ['none.yaml', 66, /"\/run\/none\.yaml" does not exist/],
  ['inline.yaml', 78, /\/run\/inline\.yaml:3: password: secrets are read from files only.*passwordFile: PATH/],
  ['nearest.yaml', 78, /\/run\/nearest\.yaml:2: "paswordFile" is no key here; did you mean passwordFile\?/],
  ['unclosed.yaml', 78, /\/run\/unclosed\.yaml:[23]: /],
  ['twice.yaml', 78, /\/run\/twice\.yaml:2: /],
  ['protocol.yaml', 78, /\/run\/protocol\.yaml:1: protocol: write redis, postgres, http/],
  ['text.yaml', 78, /\/run\/text\.yaml:1: credentials must be a map/],
  ['nameless.yaml', 78, /\/run\/nameless\.yaml:3: tls: .*write serverName: NAME/],
  ['authority.yaml', 66, /\/run\/none\.pem can't be read/],
  ['absent.yaml', 66, /\/run\/none\.secret is not there/],
  ['open.yaml', 77, /\/run\/open\.secret: others may read it; run chmod 600/],
  ['shared.yaml', 77, /\/run\/shared\.secret: others may change it; run chmod 600/],
  ['empty.yaml', 78, /\/run\/empty\.secret is empty/],
  ['binary.yaml', 78, /\/run\/binary\.secret holds a zero byte/],
  ['folder.yaml', 78, /\/run is no file/],
  ['variable.yaml', 66, /NO_SUCH_FILE is not set/],
  ['usual.yaml', 66, /no secret is named, and none is at \/run\/secrets\/redis, \$REDIS_PASSWORD_FILE/],
];

await labTest(
  'a broken file of credentials ends with its code and one sentence that names file and line, and never a value',
  { hosts: 1 },
  async (lan) => {
    const host = lan.host(1);
    for (const [name, text] of Object.entries(FILES)) {
      const [path = '', mode = '644'] = name.split(':');
      const write = 'cat > "/run/$0" && chmod "$1" "/run/$0"';
      await host.read('sh', ['-c', write, path, mode], { input: text });
    }
    const flags = ['proxy', 'redis:7001', '--from', 'static:127.0.0.1:1', '--credentials'];
    const runs = MISTAKES.map(([name, ...rest]) => [[...flags, `/run/${name}`], ...rest] as const);
    const typed = [
      ...runs,
      [[...flags, `redis://app:${SECRET}@10.0.0.1`], 64, /--credentials takes the path of a file, and never a secret/],
      [['up', '--config', '/run/up.yaml', '--dry-run'], 78, /\/run\/up\.yaml:5: .*secrets are read from files only/],
      [['proxy', 'redis', '--password', SECRET], 64, /--password/],
    ] as const;
    for (const [args, code, sentence] of typed) {
      const result = await runAmbassador(host, args);
      const said = `${result.stdout}${result.stderr}`;
      expect.soft([args.at(-1), result.code], said).toEqual([args.at(-1), code]);
      expect.soft(result.stderr).toMatch(sentence);
      expect.soft(said.includes(SECRET), said).toBe(false);
      expect.soft(result.stderr.trim().split('\n').length, said).toBeLessThanOrEqual(2);
    }
  },
);
