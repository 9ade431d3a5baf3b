import { expect, test } from 'vitest';
import { readProxyProtocol } from '../../src/requests/proxy-protocol-request.ts';
import { Settings } from '../../src/settings/settings.ts';

function settingsOf(options: Readonly<Record<string, readonly string[]>>): Settings {
  const find = (option: string) =>
    (options[option] ?? []).map((text) => ({ text, origin: `--${option}`, exitCode: 64 }));
  return new Settings([{ find }]);
}

test('nothing is said of clients, nor believed, unless it is asked for', () => {
  expect(readProxyProtocol(settingsOf({}))).toEqual({});
  expect(readProxyProtocol(settingsOf({ 'send-proxy': ['true'], 'accept-proxy': ['10.0.0.5', 'fd00::/8'] }))).toEqual({
    sendProxy: true,
    acceptProxy: ['10.0.0.5', 'fd00::/8'],
  });
});

test('a front that is no network is refused', () => {
  const read = (): unknown => readProxyProtocol(settingsOf({ 'accept-proxy': ['10.0.0.5', 'haproxy.lan'] }));
  expect(read).toThrow('--accept-proxy: "haproxy.lan" is not a network: write e.g. 10.1.0.0/16 or fd12::/48');
});
