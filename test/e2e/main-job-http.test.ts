import { PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

await labTest(
  'a web server announced on one host answers curl on another',
  { hosts: 2, needs: ['curl', 'python3'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await h1.read('sh', ['-c', 'mkdir /run/www && head -c 3000000 /dev/urandom > /run/www/page']);
    const digest = await h1.read('sh', ['-c', 'sha256sum < /run/www/page']);
    const server = h1.spawn(PYTHON, ['-u', '-m', 'http.server', '--directory', '/run/www', '8000']);
    await server.line(/Serving HTTP/);
    await announce(h1, 'http:8000', '--check', 'http:/page');
    await proxy(h2, 'http:8080');

    const url = 'http://localhost:8080/page';
    expect(await h2.read('sh', ['-c', `curl --silent --fail ${url} | sha256sum`])).toBe(digest);
    const twenty = `${url}?[1-20]`;
    const statuses = await h2.read('curl', [
      '--silent',
      '--output',
      '/dev/null',
      '--write-out',
      '%{http_code} ',
      twenty,
    ]);
    expect(statuses).toBe('200 '.repeat(20));
  },
);
