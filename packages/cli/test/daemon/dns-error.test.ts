import { RelayError } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { explainDnsError } from '../../src/daemon/dns-error.ts';

function explain(code: string, port: number, platform = 'linux', address = '127.0.0.1'): readonly [number, string] {
  const place = { kind: 'tcp', address, port } as const;
  const { exitCode, message } = explainDnsError(new RelayError(code, `${address}:${port}: ${code}`), [place], {
    platform,
  });
  return [exitCode, message];
}

test.each([
  ['EADDRINUSE', 5355, 64, 'or LLMNR of the system (LLMNR=no in resolved.conf)'],
  ['EADDRINUSE', 53, 64, 'is in use by another program; write another place as --listen of dns, --dns-listen of proxy'],
  ['EACCES', 53, 77, 'this user may not listen on 127.0.0.1:53; write a port from 1024 on'],
  ['EIO', 53, 64, 'DNS: 127.0.0.1:53: EIO'],
])('%s at port %i ends with %i and says %s', (code, port, exitCode, words) => {
  expect(explain(code, port)).toEqual([exitCode, expect.stringContaining(words)]);
});

test('a loopback address that macOS has not yet is told of with the command that adds it', () => {
  expect(explain('EADDRNOTAVAIL', 53, 'darwin', '127.0.0.2')).toEqual([
    64,
    expect.stringContaining('sudo ifconfig lo0 alias 127.0.0.2 up'),
  ]);
});
