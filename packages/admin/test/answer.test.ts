import { describe, expect, test } from 'vitest';
import { type AdminPages, type AdminRequest, answerRequest, type HttpAnswer } from '../src/answer.ts';

const REQUEST: AdminRequest = {
  method: 'GET',
  target: '/healthz',
  hasBody: false,
  hosts: ['localhost:9901'],
  origin: undefined,
  fetchSite: undefined,
  fetchDestination: undefined,
  localPort: 9901,
  accept: undefined,
};

const PAGES: AdminPages = {
  unready: () => [],
  metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
  status: () => '{}\n',
  targets: (services) => `${JSON.stringify(services)}\n`,
  lan: () => '{}\n',
  known: () => '{}\n',
  shown: () => '{}\n',
  dashboard: () => '<!doctype html>',
  canFollow: () => true,
};

async function answer(request: Partial<AdminRequest>, pages: Partial<AdminPages> = {}): Promise<HttpAnswer> {
  return answerRequest({ ...REQUEST, ...request }, { ...PAGES, ...pages });
}

describe('what is there', () => {
  test.each([
    ['/healthz', 'text/plain; charset=utf-8', 'ok\n'],
    ['/readyz', 'text/plain; charset=utf-8', 'ready\n'],
    ['/metrics', 'text/plain; version=0.0.4', 'up 1\n'],
    ['/v1/status', 'application/json; charset=utf-8', '{}\n'],
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/v1/http_sd', 'application/json; charset=utf-8', '[]\n'],
    ['/v1/http_sd?service=redis&service=Web', 'application/json; charset=utf-8', '["redis","web"]\n'],
    ['/v1/status?pretty=1', 'application/json; charset=utf-8', '{}\n'],
  ])('%s is %s', async (target, contentType, body) => {
    expect(await answer({ target })).toMatchObject({
      kind: 'text',
      status: 200,
      headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' },
      body,
    });
  });

  test('who is not ready says why', async () => {
    const pages = { unready: () => ['redis has no endpoint', 'stopping'] };
    expect(await answer({ target: '/readyz' }, pages)).toMatchObject({
      status: 503,
      body: 'not ready: redis has no endpoint; stopping\n',
    });
    expect(await answer({ target: '/healthz' }, pages)).toMatchObject({ status: 200 });
  });

  test('events follow while there is room for one more', async () => {
    expect(await answer({ target: '/v1/events' })).toMatchObject({
      kind: 'events',
      headers: { 'Content-Type': 'text/event-stream; charset=utf-8' },
    });
    expect(await answer({ target: '/v1/events' }, { canFollow: () => false })).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '10' },
    });
  });

  test('the dashboard allows its own script and style and nothing else', async () => {
    const page = await answer({ target: '/' });
    const policy = page.headers['Content-Security-Policy'];
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; /);
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

describe('what is refused', () => {
  test('any other path', async () => {
    for (const target of ['/nowhere', '/healthz/', '//healthz', 'http://localhost:9901/healthz', '*', ''])
      expect(await answer({ target })).toMatchObject({ status: 404 });
  });

  test('any method but GET and HEAD', async () => {
    expect(await answer({ method: 'HEAD' })).toMatchObject({ status: 200 });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])
      expect(await answer({ method })).toMatchObject({ status: 405, headers: { Allow: 'GET, HEAD' } });
  });

  test('a body', async () => {
    expect(await answer({ hasBody: true })).toMatchObject({ status: 413 });
  });

  test('who is not welcome learns nothing, not even what is there', async () => {
    const stranger = { hosts: ['evil.example:9901'] };
    for (const request of [{}, { target: '/nowhere' }, { method: 'POST' }, { target: '/v1/events' }])
      expect(await answer({ ...request, ...stranger })).toMatchObject({ kind: 'text', status: 403 });
    expect(await answer({ origin: 'null' })).toMatchObject({ status: 403 });
  });
});
