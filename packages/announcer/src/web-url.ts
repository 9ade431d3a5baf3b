import { readTxtText, type Txt } from '@mdns-ambassador/mdns';

/** Of RFC 6763's registration of `_http._tcp`: where the page is on the server. */
const PATH_TXT_KEY = 'path';

/** What a browser opens: `http://web.local:3000`, with the path that TXT says. `host` is a name or an address without zone. */
export function formatWebUrl(type: string, host: string, port: number, txt: Txt): string {
  const scheme = type.toLowerCase().startsWith('_https.') ? 'https' : 'http';
  const url = new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const path = readTxtText(txt, PATH_TXT_KEY) ?? '';
  if (path === '' || path === '/') return url.origin;
  const [, pathname = '', search = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(path) ?? [];
  url.pathname = pathname;
  url.search = search;
  url.hash = hash;
  return url.href;
}
