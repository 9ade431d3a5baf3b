import { expect, test } from 'vitest';
import { formatWebUrl } from '../src/web-url.ts';

test.each([
  ['_http._tcp', 'web.local', 3000, undefined, 'http://web.local:3000'],
  ['_HTTP._tcp', 'web.local', 80, '/', 'http://web.local'],
  ['_https._tcp', 'web.local', 443, undefined, 'https://web.local'],
  ['_https._tcp', 'fd00::1', 8443, undefined, 'https://[fd00::1]:8443'],
  ['_http._tcp', '10.0.0.1', 3000, 'admin/index.html?a=b c#top', 'http://10.0.0.1:3000/admin/index.html?a=b%20c#top'],
  ['_http._tcp', 'web.local', 3000, '//evil.example/x', 'http://web.local:3000//evil.example/x'],
  ['_http._tcp', 'web.local', 3000, 'http://evil.example', 'http://web.local:3000/http://evil.example'],
])('%s at %s, port %i, with path %s is %s', (type, host, port, path, url) => {
  const txt = new Map(path === undefined ? [] : [['Path', new TextEncoder().encode(path)]]);
  expect(formatWebUrl(type, host, port, txt)).toBe(url);
});
