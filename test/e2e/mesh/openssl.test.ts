import { expect } from 'vitest';
import { announce, locateProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

await labTest(
  'openssl verifies the chain strictly, and gets nowhere without a certificate or with TLS 1.2',
  { hosts: 1, needs: ['openssl'] },
  async (lan) => {
    const h1 = lan.host(1);
    const folder = makeSharedFolder();
    const key = await initMesh(h1, folder);
    await startProgram(h1, 'service', '7000', 'h1');
    const announcer = await announce(h1, 'thing:7000', '--mesh-key-file', key);
    const port = /port (\d+)\n/.exec(announcer.stdout)?.[1] ?? '';
    const connect = ['s_client', '-connect', `${h1.ip}:${port}`, '-alpn', 'ambassador/1', '-showcerts'];

    // As a proxy sees it: its own leaf, and the authority of announcers.
    await h1.read(process.execPath, [locateProgram('write-papers.mjs'), key, 'proxy', 'thing', `${folder}/own`]);
    const own = ['-cert', `${folder}/own.cert`, '-key', `${folder}/own.key`, '-CAfile', `${folder}/own.ca`];
    const strict = [...connect, ...own, '-x509_strict', '-verify_return_error', '-purpose', 'sslserver', '-ign_eof'];
    const member = await h1.run('timeout', ['30', 'openssl', ...strict], { input: '{"v":1,"svc":"thing"}\nwho\n' });
    expect(member.stdout).toContain('Verify return code: 0 (ok)');
    expect(member.stdout).toContain('New, TLSv1.3');
    expect(member.stdout).toContain('ALPN protocol: ambassador/1');
    expect(member.stdout).toMatch(/^\+\nh1$/m);

    // As the announcer sees that proxy.
    await h1.read(process.execPath, [locateProgram('write-papers.mjs'), key, 'announce', 'thing', `${folder}/peer`]);
    const verify = [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-CAfile',
      `${folder}/peer.ca`,
      `${folder}/own.cert`,
      `${folder}/own.machine.cert`,
    ];
    expect((await h1.read('openssl', verify)).match(/OK/g)).toHaveLength(2);
    const text = await h1.read('openssl', ['x509', '-in', `${folder}/own.cert`, '-noout', '-text']);
    expect(text).toMatch(/URI:ambassador:\/\/[0-9a-f]{16}\/proxy\/thing\n/);
    expect(text).toContain('ED25519');

    const bare = await h1.run('timeout', ['30', 'openssl', ...connect], { input: '{"v":1,"svc":"thing"}\nwho\n' });
    expect(bare.stdout + bare.stderr).not.toMatch(/^h1$/m);
    await announcer.line(/it showed no certificate/);

    for (const version of ['-tls1', '-tls1_1', '-tls1_2']) {
      const scan = await h1.run('timeout', ['30', 'openssl', ...connect, ...own, version], { input: '' });
      expect(scan.code, version).not.toBe(0);
      expect(scan.stdout, version).not.toContain('New, TLSv1.');
    }
  },
);
