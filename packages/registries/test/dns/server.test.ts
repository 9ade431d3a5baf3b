import { formatPlace } from '@mdns-ambassador/relay';
import { describe, expect, test } from 'vitest';
import { parseSystemServer, readSystemDnsServers } from '../../src/dns/server.ts';

describe('a server as node:dns writes it', () => {
  test.each([
    ['127.0.0.53', { host: '127.0.0.53', port: 53 }, '127.0.0.53:53'],
    ['10.0.0.53:5353', { host: '10.0.0.53', port: 5353 }, '10.0.0.53:5353'],
    ['fe80::1%eth0', { host: 'fe80::1%eth0', port: 53 }, '[fe80::1%eth0]:53'],
    ['[fd00::53]:5353', { host: 'fd00::53', port: 5353 }, '[fd00::53]:5353'],
    ['::1', { host: '::1', port: 53 }, '[::1]:53'],
  ])('%s', (text, server, written) => {
    expect(parseSystemServer(text)).toEqual(server);
    expect(formatPlace(server.host, server.port)).toBe(written);
  });
});

test("the system's servers have a host and a port each", () => {
  for (const { host, port } of readSystemDnsServers()) {
    expect(host).not.toBe('');
    expect(port).toBeGreaterThan(0);
  }
});
