import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, spawnProgram, startProgram } from '../../ambassador.ts';
import { Browser } from '../../browser.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { ADMIN_ADDRESS, askAdmin } from './admin-client.ts';

const FIGURES = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const URL_OF_PAGE = `http://${ADMIN_ADDRESS}/`;
/** Far more than the second that is meant: a busy machine is late with everything. */
const LATE_MS = 15_000;
const EVIL = '<img src=http://10.99.0.3/x onerror=alert(1)>';
/** The names of the boxes that are there. */
const NAMES = `[...document.querySelectorAll('.box:not(.gone) .title .name')].map((name) => name.textContent)`;
/** What is drawn of links that lead from one machine to an instance. */
const links = (from: string, to: string): string =>
  `[...document.querySelectorAll('#lines .link')].filter((link) => link.getAttribute('aria-label').startsWith('${from} to ${to},'))`;

await labTest(
  'the page draws ten machines and who talks to whom, and a failover is seen as it happens',
  { hosts: 10, needs: ['chromium', 'curl'] },
  async (lan) => {
    const { h1, victim } = await startTen(lan);
    const browser = await Browser.open(h1, URL_OF_PAGE);
    await browser.until(
      `${NAMES}.sort().join() === '${lan.hosts
        .map(({ name }) => name)
        .toSorted()
        .join()}'`,
    );
    // This machine's own proxy is another process; that of h9 hears that somebody looks, and that of h10 has a peer link.
    for (const from of ['h1', 'h9', 'h10']) {
      for (const to of ['h2', 'h3']) await browser.until(`${links(from, `thing on ${to}`)}.length === 1`);
    }
    const width = `Number(${links('h9', 'thing on h2')}[0].querySelector('.line').getAttribute('stroke-width'))`;
    // On a busy machine there are seconds without traffic.
    await browser.until(`${links('h9', 'thing on h2')}[0].matches('.ready.busy') && ${width} > 1.5`);
    await browser.shoot('page-light');
    await browser.shoot('page-dark', 1_400, 'dark');
    await browser.shoot('page-phone', 360);
    await browser.shoot('page-phone-dark', 360, 'dark');
    await browser.shoot('page-light');
    // By keys: the first stop is a box, and further on are its rows and its lines, each with its numbers.
    await browser.run(`document.getElementById('stage').focus()`);
    await browser.press('ArrowDown', 'ArrowDown', 'ArrowDown');
    await browser.until(`!document.getElementById('note').hidden`);
    expect(await browser.run<string>(`document.getElementById('note').textContent`)).toMatch(/open|service/);
    await browser.run(`window.seen = {}; new MutationObserver(() => {
      const isLost = ${links('h9', 'thing on h2')}.every((link) => link.matches('.ejected, .gone'));
      const isTold = [...document.querySelectorAll('#story li.bad')].some(({ textContent }) => textContent.includes('thing on h2'));
      if (isLost) window.seen.line ??= Date.now();
      if (isTold) window.seen.told ??= Date.now();
    }).observe(document.body, { subtree: true, childList: true, attributes: true })`);
    const killedAt = Date.now();
    for (const process of victim) process.kill('SIGKILL');
    await browser.until('window.seen.line !== undefined && window.seen.told !== undefined');
    const seen = await browser.run<{ line: number; told: number }>('window.seen');
    const figures = { lineMs: seen.line - killedAt, sentenceMs: seen.told - killedAt };
    writeFileSync(`${FIGURES}page-failover.json`, JSON.stringify(figures));
    for (const ms of Object.values(figures)) {
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThan(LATE_MS);
    }
    await browser.until(`${links('h9', 'thing on h3')}[0].matches('.ready.busy')`);
    await browser.shoot('page-failover');
    const { requests, errors } = await browser.see();
    expect(errors).toEqual([]);
    expect(requests.filter((request) => !request.startsWith(URL_OF_PAGE))).toEqual([]);
    await browser.close();
  },
);

await labTest(
  'on the page a hostile name is text, and without a script all is a list',
  { hosts: 3, needs: ['chromium', 'curl'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await announce(h2, 'thing:7000', '--check', 'none', '--name', EVIL);
    await proxy(h1, 'thing:7000', '--admin', ADMIN_ADDRESS);
    const browser = await Browser.open(h1, URL_OF_PAGE, 'dark');
    const row = `[...document.querySelectorAll('.row .name')].map((name) => name.textContent)`;
    await browser.until(`${row}.includes(${JSON.stringify(EVIL)})`);
    await browser.until(`document.querySelector('main').textContent.includes(${JSON.stringify(EVIL)})`);
    expect(await browser.run(`document.querySelectorAll('img').length`)).toBe(0);
    const { requests, errors } = await browser.see();
    expect([...requests.filter((request) => !request.startsWith(URL_OF_PAGE)), ...errors]).toEqual([]);
    await browser.close();
    const list = await Browser.open(h1, URL_OF_PAGE, 'noscript');
    expect((await askAdmin(h1, '/')).body).toContain('&lt;img src=http://10.99.0.3/x onerror=alert(1)&gt;');
    await list.shoot('page-without-script', 360);
    await list.close();
  },
);

await labTest(
  'a hundred machines with five hundred services are drawn, and can be looked through',
  { hosts: 1, needs: ['chromium'] },
  async (lan) => {
    const h1 = lan.host(1);
    const program = await startProgram(h1, 'crowded-page', '9901', '100', '5');
    const browser = await Browser.open(h1, URL_OF_PAGE);
    await browser.until(`${NAMES}.length === 100 && document.querySelectorAll('#lines .link').length > 200`);
    const frames = await browser.run<number[]>(`new Promise((done) => {
      const times = [];
      let last = performance.now();
      const step = (now) => {
        times.push(now - last);
        last = now;
        if (times.length < 120) requestAnimationFrame(step);
        else done(times.sort((a, b) => a - b));
      };
      requestAnimationFrame(step);
    })`);
    writeFileSync(
      `${FIGURES}page-crowd.json`,
      JSON.stringify({ medianFrameMs: frames[60], p95FrameMs: frames[114], worstFrameMs: frames[119] }),
    );
    const before = await browser.run<Record<string, string>>(PLACES);
    program.kill('SIGUSR2');
    await browser.until(`${NAMES}.length === 90`);
    const after = await browser.run<Record<string, string>>(PLACES);
    for (const [name, place] of Object.entries(after))
      expect.soft({ name, place }).toEqual({ name, place: before[name] });
    await browser.run(
      `const find = document.getElementById('find'); find.value = 'nas-50'; find.dispatchEvent(new Event('input'))`,
    );
    await browser.until(`document.querySelectorAll('.box:not(.faded)').length === 1`);
    await browser.run(`document.querySelector('main').remove()`);
    await browser.shoot('page-crowd');
    expect((await browser.see()).errors).toEqual([]);
    await browser.close();
  },
);

const PLACES = `Object.fromEntries([...document.querySelectorAll('.box:not(.gone)')].map((box) => [box.querySelector('.name').textContent, box.style.transform]))`;

/** A mesh: h1 shows the page and has a proxy, h2 and h3 offer one service, h9 and h10 use it, and the rest offer others. */
async function startTen(lan: Lab): Promise<{ readonly h1: Host; readonly victim: readonly HostProcess[] }> {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  const mesh = ['--mesh-key-file', await initMesh(h1, makeSharedFolder())];
  const service = await startProgram(h2, 'service', '7000', 'h2');
  await startProgram(h3, 'service', '7000', 'h3');
  const others = lan.hosts.slice(3, 8);
  const [announcing] = await Promise.all([
    announce(h2, 'thing:7000', ...mesh),
    announce(h3, 'thing:7000', ...mesh),
    announce(h1, 'notes:7001', '--check', 'none', '--admin', ADMIN_ADDRESS, ...mesh),
    ...others.map((host, index) =>
      announce(host, `${['web', 'files', 'mail', 'music', 'chat'][index]}:8000`, '--check', 'none', ...mesh),
    ),
  ]);
  const users = [h1, lan.host(9), lan.host(10)];
  const named = (host: Host): readonly string[] => (host === lan.host(9) ? [] : ['--peer', h1.ip]);
  await Promise.all(users.map((host) => proxy(host, 'thing:7000', ...named(host), ...mesh)));
  for (const host of users) spawnProgram(host, 'load', '127.0.0.1', '7000', '2', '20');
  return { h1, victim: [announcing, service] };
}
