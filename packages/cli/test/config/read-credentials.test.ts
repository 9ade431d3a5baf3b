import { expect, test } from 'vitest';
import { parseConfigDocument } from '../../src/config/config-document.ts';
import { readCredentials, readCredentialsFile } from '../../src/config/read-credentials.ts';
import { CliError } from '../../src/exit/cli-error.ts';

function read(text: string, service = 'redis'): unknown {
  const file = '/etc/ambassador/c.yaml';
  const document = parseConfigDocument(file, text);
  try {
    return readCredentials({ document, path: [], value: document.value, service });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return `${error.exitCode} ${error.message}`;
  }
}

test.each([
  [
    'protocol: redis\npasswordFile: ./pw\n',
    { protocol: 'redis', secret: { kind: 'file', path: '/etc/ambassador/pw' } },
  ],
  [
    'protocol: redis\nusername: app\npasswordName: cache\n',
    { protocol: 'redis', username: 'app', secret: { kind: 'name', name: 'cache' } },
  ],
  [
    'protocol: postgres\nusername: app\ndatabase: shop\npasswordFileVariable: PGPASS_FILE\ntls: true\nserverName: db.example\ncaFile: ca.pem\n',
    {
      protocol: 'postgres',
      username: 'app',
      database: 'shop',
      secret: { kind: 'variable', variable: 'PGPASS_FILE' },
      tls: { serverName: 'db.example', caFile: '/etc/ambassador/ca.pem' },
    },
  ],
  [
    'protocol: http\ntokenFile: /t\n',
    { protocol: 'http', scheme: 'bearer', secret: { kind: 'file', path: '/t' }, hosts: ['redis.local'] },
  ],
  [
    'protocol: http\ntokenFile: /t\nhost: api.example.com:8443\nhosts: [api.example.com, "*.example.org"]\norigins: [http://localhost:5173]\n',
    {
      protocol: 'http',
      scheme: 'bearer',
      secret: { kind: 'file', path: '/t' },
      host: 'api.example.com:8443',
      hosts: ['api.example.com', '*.example.org', 'redis.local'],
      origins: ['http://localhost:5173'],
    },
  ],
  [
    'protocol: http\nusername: me\n',
    {
      protocol: 'http',
      scheme: 'basic',
      username: 'me',
      secret: { kind: 'usual', name: 'redis', variable: 'REDIS_PASSWORD_FILE' },
      hosts: ['redis.local'],
    },
  ],
])('%j', (text, request) => {
  expect(read(text)).toEqual(request);
});

test.each([
  ['protocol: redis\npassword: hunter2\n', ':2: password: secrets are read from files only'],
  [
    'protocol: http\ntoken: hunter2\n',
    ':2: token: secrets are read from files only; put it into a file of mode 600 and write tokenFile: PATH',
  ],
  ['protocol: redis\npaswordFile: hunter2\n', ':2: "paswordFile" is no key here; did you mean passwordFile?'],
  ['protocol: http\ntokenFile: /t\norigin: x\n', ':3: "origin" is no key here; did you mean origins?'],
  ['protocol: http\ntokenFile: /t\nhosts: a.example\n', ':3: hosts: write a list of names, such as [api.example.com]'],
  ['protocol: http\ntokenFile: /t\nhosts: [a.example:80]\n', ':3: hosts.0: write names without a port'],
  ['protocol: http\ntokenFile: /t\norigins: [app.example]\n', ':3: origins.0: write origins such as https://'],
  ['protocol: http\ntokenFile: /t\nhost: http://a\n', ':3: host: write a name or address'],
  ['protocol: redis\nhosts: [a]\n', ':2: hosts: redis knows none; leave it out'],
  ['protocl: redis\n', ':1: "protocl" is no key here; did you mean protocol?'],
  ['protocol: hunter2\n', ':1: protocol: write redis, postgres, http'],
  ['username: app\n', ':1: protocol: write redis, postgres, http'],
  ['protocol: redis\nusername: 12\n', ':2: username: write a text, in quotes'],
  ['protocol: redis\ntls: perhaps\n', ':2: tls: write true or false'],
  ['protocol: redis\ntls: true\n', ':2: tls: it is not said whose certificate'],
  ['protocol: redis\nserverName: a\n', ':2: serverName: it counts with TLS only'],
  ['protocol: redis\ndatabase: a\n', ':2: database: redis knows none'],
  ['protocol: redis\ntokenFile: a\n', ':2: tokenFile: redis knows no tokens'],
  ['protocol: postgres\n', ':1: credentials without a username'],
  ['protocol: http\nusername: a:b\n', ':2: username: write one without ":"'],
  ['protocol: http\nusername: a\ntokenFile: b\n', ':2: username: a bearer token has no user'],
  ['protocol: redis\npasswordFile: a\npasswordName: b\n', 'the secret is named twice'],
  [
    'protocol: redis\npasswordFileVariable: hunter2\n',
    ':2: passwordFileVariable: write the name of a variable that ends in _FILE',
  ],
  ['protocol: redis\npasswordName: ../hunter2\n', ':2: passwordName: write a plain file name'],
  ['- redis\n', ':1: credentials must be a map'],
  ['hunter2\n', ':1: credentials must be a map'],
])('%j: 78 %s', (text, sentence) => {
  const said = read(text);
  expect(said).toContain('78 /etc/ambassador/c.yaml');
  expect(said).toContain(sentence);
  expect(said).not.toContain('hunter2');
});

test('what is no path is never repeated', () => {
  for (const text of ['redis://app:hunter2@h1', '{ password: hunter2 }']) {
    const given = { text, origin: '--credentials', exitCode: 64 };
    expect(() => readCredentialsFile(given, 'redis')).toThrow(
      expect.objectContaining({ exitCode: 64, message: expect.not.stringContaining('hunter2') }),
    );
  }
  const absent = { text: '/no/such/file', origin: '--credentials', exitCode: 64 };
  expect(() => readCredentialsFile(absent, 'redis')).toThrow(
    expect.objectContaining({ exitCode: 66, message: expect.stringContaining('/no/such/file') }),
  );
});
