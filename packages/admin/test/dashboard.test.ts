import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { drawDashboard } from '../src/dashboard.ts';
import { DASHBOARD_POLICY, DASHBOARD_SCRIPT } from '../src/dashboard-assets.ts';
import { buildStatus } from '../src/status.ts';
import { ANNOUNCEMENT, ENDPOINT, PROCESS, SERVICE, snapshot } from './fixtures.ts';

const EVIL = '<script>alert(1)</script>"\'\u202e';

function draw(change: Parameters<typeof snapshot>[0] = {}, events: Parameters<typeof drawDashboard>[0]['events'] = []) {
  const status = buildStatus(snapshot(change), PROCESS, 90_061_000);
  return drawDashboard({ status, unready: [], events });
}

test('everything is on the page without a script', () => {
  const page = draw({}, [{ at: 0, event: { event: 'endpoint-added', service: 'redis' } }]);
  for (const text of ['redis on h1', '10.99.0.1:12345', '127.0.0.1:6379', 'web on h1', 'p2c', 'up for 1 d 1 h'])
    expect(page).toContain(text);
  expect(page).toContain('00:00:00</time> <b>endpoint-added</b> {&quot;service&quot;:&quot;redis&quot;}');
});

test('it loads nothing from anywhere', () => {
  expect(draw()).not.toMatch(/\b(?:src|href)="?(?:https?:)?\/\/|@import|url\(/);
});

test('whatever the network calls things, the page has the same tags', () => {
  const tags = (page: string): readonly string[] => page.match(/<[^>]*>/g) ?? [];
  const evil = draw(
    {
      services: [
        { ...SERVICE, service: EVIL, endpoints: [{ ...ENDPOINT, instance: EVIL, address: EVIL, source: EVIL }] },
      ],
      announcements: [{ ...ANNOUNCEMENT, instance: EVIL, host: EVIL, type: EVIL, addresses: [EVIL] }],
    },
    [{ at: 0, event: { event: EVIL, reason: EVIL } }],
  );
  expect(tags(evil)).toEqual(tags(draw({}, [{ at: 0, event: { event: 'a' } }])));
});

test('its policy names its own script and style', () => {
  const page = draw();
  for (const [, text = ''] of page.matchAll(/<(?:script|style)>(.*?)<\//gs)) {
    expect(DASHBOARD_POLICY).toContain(createHash('sha256').update(text).digest('base64'));
  }
});

test('its script is one that can be read', () => {
  expect(() => new Script(DASHBOARD_SCRIPT)).not.toThrow();
});

test('nothing known is said in words', () => {
  const page = drawDashboard({
    status: buildStatus(snapshot({ services: [{ ...SERVICE, endpoints: [] }], announcements: [] }), PROCESS, 0),
    unready: ['redis has no endpoint'],
    events: [],
  });
  expect(page).toContain('not ready: redis has no endpoint, up for 0 s');
  expect(page).toContain('No endpoint is known.');
  expect(page).not.toContain('Announced from here');
});
