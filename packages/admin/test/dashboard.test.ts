import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { drawDashboard } from '../src/dashboard.ts';
import { DASHBOARD_POLICY } from '../src/dashboard-assets.ts';
import { DASHBOARD_STYLE } from '../src/dashboard-style.ts';
import type { LanPicture } from '../src/lan/lan-view.ts';
import { mergeLan } from '../src/lan/merge-lan.ts';
import { PAGE_SCRIPT } from '../src/page-script.ts';
import { buildStatus } from '../src/status.ts';
import { ANNOUNCEMENT, EMPTY_PICTURE, ENDPOINT, PROCESS, SERVICE, snapshot } from './fixtures.ts';
import { announced, endpoint, instance, proxied, shown } from './lan-fixture.ts';

const EVIL = '<script>alert(1)</script>"\'\u202e';

function draw(change: Parameters<typeof snapshot>[0] = {}, lan: LanPicture = EMPTY_PICTURE) {
  const status = buildStatus(snapshot(change), PROCESS, 90_061_000);
  return drawDashboard({ status, unready: [], lan });
}

function see(name: string): LanPicture {
  const user = shown(1, name, { version: name, proxied: [proxied(name, [endpoint(name), endpoint(`${name}2`)])] });
  const view = mergeLan(
    {
      processes: [
        { via: 'self', view: user },
        { via: 'peer', view: shown(2, `${name}3`, { announced: [announced(name, name, { instance: name })] }) },
      ],
      instances: [instance(name, name, '10.0.7.7', { instance: `${name}4`, host: `${name}5` })],
    },
    0,
  );
  return { ...view, history: [], story: [{ at: 0, tone: 'bad', text: `${name} went away` }] };
}

test('everything is on the page without a script', () => {
  const page = draw({}, see('nas'));
  for (const text of ['redis on h1', '10.99.0.1:12345', '127.0.0.1:6379', 'web on h1', 'p2c', 'up for 1 d 1 h'])
    expect(page).toContain(text);
  expect(page).toContain('<h3>nas (this machine)</h3>');
  expect(page).toContain('<li>nas from <b>nas (nas3)</b>: in use, 0 open, 0 carried, 0 failed</li>');
  expect(page).toContain('00:00:00 UTC</time> nas went away');
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
    see(EVIL),
  );
  expect(tags(evil)).toEqual(tags(draw({}, see('a'))));
});

test('its policy names its own script and style', () => {
  const page = draw();
  for (const [, , text = ''] of page.matchAll(/<(script|style)>(.*?)<\/\1>/gs)) {
    expect(DASHBOARD_POLICY).toContain(createHash('sha256').update(text).digest('base64'));
  }
});

test('its script is one that can be read, and makes no markup of text', () => {
  expect(() => new Script(PAGE_SCRIPT)).not.toThrow();
  expect(PAGE_SCRIPT).not.toMatch(/\.(?:inner|outer)HTML\s*=[^=]|insertAdjacentHTML|document\.write|\beval\(/);
});

test('nothing known is said in words', () => {
  const page = drawDashboard({
    status: buildStatus(snapshot({ services: [{ ...SERVICE, endpoints: [] }], announcements: [] }), PROCESS, 0),
    unready: ['redis has no endpoint'],
    lan: EMPTY_PICTURE,
  });
  expect(page).toContain('not ready: redis has no endpoint, up for 0 s');
  expect(page).toContain('No endpoint is known.');
  expect(page).not.toContain('Announced by this process');
});

/** WCAG 2.2, 1.4.3: relative luminance of sRGB colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test.each(['light', 'dark'])(
  '%s text has the contrast that WCAG AA asks for, and so have lines and marks',
  (scheme) => {
    const blocks = [...DASHBOARD_STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, block = '']) => block);
    const block = blocks[scheme === 'light' ? 0 : 1] ?? '';
    const colours = new Map(
      [...block.matchAll(/--(\w+): (#\w{6});/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const of = (name: string): string => colours.get(name) ?? '';
    for (const ground of ['card', 'ground']) {
      for (const text of ['text', 'muted', 'ready', 'warn', 'bad', 'accent']) {
        expect
          .soft({ ground, text, ratio: contrast(of(text), of(ground)) })
          .toMatchObject({ ground, text, ratio: expect.toSatisfy((ratio: number) => ratio >= 4.5) });
      }
    }
    expect(contrast(of('accent'), of('tint'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('text'), of('ground'))).toBeGreaterThanOrEqual(7);
  },
);
