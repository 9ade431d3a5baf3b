import { type Host, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { locateProgram, proxy, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const NGINX = `
daemon off; error_log stderr; pid /run/nginx.pid; worker_processes 1;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:8001;
    root /run/www; if_modified_since before;
    location / { auth_basic "zoo"; auth_basic_user_file /run/users; }
  }
}`;

async function write(host: Host, path: string, text: string): Promise<void> {
  await host.read(
    'sh',
    [
      '-c',
      'umask 077 && cat > "$0.new" && chmod "$1" "$0.new" && mv "$0.new" "$0"',
      path,
      /secret/.test(path) ? '600' : '644',
    ],
    { input: text },
  );
}

async function curl(host: Host, ...args: readonly string[]): Promise<string> {
  return await host.read('curl', ['--silent', '--max-time', '60', ...args]);
}

await labTest(
  'web clients are let in with credentials that they never see',
  { hosts: 1, needs: ['curl', 'nginx', 'openssl'] },
  async (lan) => {
    const host = lan.host(1);
    await host.read('sh', [
      '-c',
      'mkdir /run/www && head -c 3000000 /dev/urandom > /run/www/page && chmod -R a+rX /run/www',
    ]);
    await write(host, '/run/users', 'keeper:{PLAIN}open sesame\n');
    await write(host, '/run/nginx.conf', NGINX);
    host.spawn('nginx', ['-c', '/run/nginx.conf']);
    await host.until("ss -Hltn 'sport = :8001' | grep -q .");
    await startProgram(host, 'guarded-web', '8002', 't0ken');
    await write(host, '/run/basic.secret', 'open sesame\n');
    await write(host, '/run/basic.yaml', 'protocol: http\nusername: keeper\npasswordFile: /run/basic.secret\n');
    await write(host, '/run/bearer.secret', 't0ken');
    await write(host, '/run/bearer.yaml', 'protocol: http\ntokenFile: /run/bearer.secret\n');
    await proxy(host, 'http:8080', '--from', 'static:127.0.0.1:8001', '--credentials', '/run/basic.yaml');
    const bearer = await proxy(
      host,
      'http:8081',
      '--from',
      'static:127.0.0.1:8002',
      '--credentials',
      '/run/bearer.yaml',
    );
    const [page, web] = ['http://127.0.0.1:8080/page', 'http://localhost:8081'];

    // nginx with Basic: bodies, kept connections, ranges, HEAD, conditional requests, whatever the client says of itself.
    const sum = await host.read('sh', ['-c', 'sha256sum < /run/www/page']);
    expect(await host.read('sh', ['-c', `curl --silent --fail ${page} | sha256sum`])).toBe(sum);
    const report = ['--output', '/dev/null', '--write-out', '%{http_code}/%{num_connects} '];
    expect(await curl(host, ...report, '--user', 'somebody:else', `${page}?[1-3]`)).toBe('200/1 200/0 200/0 ');
    expect(await curl(host, '--head', page)).toMatch(/200 OK[\s\S]*Content-Length: 3000000/);
    expect(await host.read('sh', ['-c', `curl --silent --range 0-99 ${page} | wc --bytes`])).toBe('100\n');
    expect(await curl(host, ...report, '--header', 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT', page)).toBe(
      '304/1 ',
    );

    // A server of Node's with a bearer token: uploads with and without a length, 100-continue, h2c declined, many clients, websocket.
    expect(await curl(host, '--upload-file', '/run/www/page', `${web}/sum`)).toBe(sum.replace(/ .*/, ''));
    expect(
      await curl(host, '--header', 'Transfer-Encoding: chunked', '--upload-file', '/run/www/page', `${web}/sum`),
    ).toBe(sum.replace(/ .*/, ''));
    expect(await curl(host, '--http2', `${web}/who`)).toBe('{"host":"localhost:8081","times":1}');
    expect(await host.read('sh', ['-c', `curl --silent ${web}/big | wc --bytes`])).toBe('20000000\n');
    expect(await runProgram(host, 'web-client', ['8081'])).toEqual({
      who: { host: '127.0.0.1:8081', times: 1 },
      same: true,
      crowd: 50,
      websocket: [101, 'hello'],
    });
    const cut = await host.run('curl', ['--silent', '--max-time', '60', `${web}/cut`]);
    expect([cut.code === 0, cut.stdout]).toEqual([false, 'half of it']);
    const smuggled =
      'POST /sum HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n';
    const raw = `exec 3<>/dev/tcp/127.0.0.1/8081; printf '${smuggled}' >&3; timeout 30 cat <&3`;
    expect(await host.read('bash', ['-c', raw])).toMatch(/^HTTP\/1\.1 400 /);

    // A service that itself speaks TLS, verified.
    const files = ['-keyout', '/run/key.pem', '-out', '/run/ca.pem'];
    const name = ['-subj', '/CN=web.test', '-addext', 'subjectAltName=DNS:web.test'];
    await host.read('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      ...name,
      ...files,
    ]);
    await startProgram(host, 'guarded-web', '8003', 't0ken', '/run/key.pem', '/run/ca.pem');
    const tls = 'tls: true\ncaFile: /run/ca.pem\nserverName: web.test\n';
    await write(host, '/run/tls.yaml', `protocol: http\ntokenFile: /run/bearer.secret\n${tls}`);
    await proxy(host, 'http:8082', '--from', 'static:127.0.0.1:8003', '--credentials', '/run/tls.yaml');
    expect(await curl(host, '--upload-file', '/run/www/page', 'http://localhost:8082/sum')).toBe(
      sum.replace(/ .*/, ''),
    );
    expect(await runProgram(host, 'web-client', ['8082'])).toMatchObject({ crowd: 50, websocket: [101, 'hello'] });

    // The token changes: the next request has it. A wrong one is the service's to refuse.
    await write(host, '/run/bearer.secret', 'wrong');
    await bearer.line(/has changed/);
    expect(await curl(host, ...report, `${web}/who`)).toBe('401/1 ');
    await bearer.line(/401 Unauthorized/);
    await write(host, '/run/bearer.secret', 't0ken');
    await expect.poll(() => curl(host, ...report, `${web}/who`)).toBe('200/1 ');
    expect(`${bearer.stdout}${bearer.stderr}`).not.toMatch(/t0ken|wrong/);
  },
);

await labTest(
  'the answer to an upload that is refused reaches its client, though the service closes on the rest',
  { hosts: 1, needs: ['python3'] },
  async (lan) => {
    const host = lan.host(1);
    const program = locateProgram('early-answer.py');
    await host.spawn(PYTHON, [program, 'serve', '8001']).line(/^ready/);
    await write(host, '/run/early.secret', 'open sesame\n');
    await write(host, '/run/early.yaml', 'protocol: http\nusername: keeper\npasswordFile: /run/early.secret\n');
    await proxy(host, 'http:8080', '--from', 'static:127.0.0.1:8001', '--credentials', '/run/early.yaml');
    const heard = await host.read(PYTHON, [program, 'ask', '8080'], { timeout: 60_000 });
    expect(JSON.parse(heard)).toEqual({ 10000: 50 });
  },
);
