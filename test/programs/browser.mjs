/**
 * node browser.mjs URL WIDTH HEIGHT [dark] [noscript]: opens the page in a headless Chromium, and does what the lines of its standard input
 * say, one after another, each with a `number`; the answer is a line of JSON with its `value`. `{"run":CODE}` the value of this expression in the page ·
 * `{"size":[WIDTH,HEIGHT]}` · `{"scheme":"dark"}` · `{"press":KEY}` · `{"move":[X,Y]}` the mouse · `{"tap":[X,Y]}` a finger · `{"shot":FILE}` a picture of the
 * whole page · `{"tree":true}` what a screen reader gets, a line for each node: ROLE, its name, and its value where it has one, by tabs · `{"faint":true}` what can
 * hardly be read or seen (page-contrast.mjs) · `{"requests":true}` every address that was asked for, and what the console said.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { findFaint } from './page-contrast.mjs';

/** Then it is drawn as it is. */
const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))';
const [url, width, height, ...rest] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'browser-'));
const context = await chromium.launchPersistentContext(folder, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
  viewport: { width: Number(width), height: Number(height) },
  colorScheme: rest.includes('dark') ? 'dark' : 'light',
  hasTouch: true,
  javaScriptEnabled: !rest.includes('noscript'),
});
// Whoever waits for an answer judges how long.
context.setDefaultTimeout(0);
const page = context.pages()[0] ?? (await context.newPage());
const seen = { requests: new Set(), errors: [] };
context.on('request', (request) => seen.requests.add(request.url()));
page.on('console', (message) => {
  if (message.type() === 'error') seen.errors.push(message.text());
});
page.on('pageerror', (error) => seen.errors.push(String(error)));

/** Chromium's own, which it hands to screen readers. */
async function readTree() {
  const session = await context.newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const lines = [];
  const walk = (node) => {
    const role = node.role?.value;
    if (!node.ignored && role !== 'InlineTextBox') {
      lines.push([role, node.name?.value, node.value?.value].filter((part) => part !== undefined).join('\t'));
    }
    for (const id of node.childIds ?? []) if (byId.has(id)) walk(byId.get(id));
  };
  for (const node of nodes) if (node.parentId === undefined) walk(node);
  return lines;
}

const untilDrawn = async () => {
  if (!rest.includes('noscript')) await page.evaluate(TWO_FRAMES);
};

const actions = {
  run: (code) => page.evaluate(code),
  size: async ([wide, high]) => {
    await page.setViewportSize({ width: wide, height: high });
    await untilDrawn();
  },
  scheme: (colorScheme) => page.emulateMedia({ colorScheme }),
  press: (key) => page.keyboard.press(key),
  move: ([x, y]) => page.mouse.move(x, y),
  tap: ([x, y]) => page.touchscreen.tap(x, y),
  tree: readTree,
  faint: () => page.evaluate(findFaint),
  shot: async (path) => {
    await untilDrawn();
    await page.screenshot({ path, fullPage: true });
  },
  requests: () => ({ requests: [...seen.requests], errors: seen.errors }),
};

try {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const { number, ...command } = JSON.parse(line);
    const [[name, argument]] = Object.entries(command);
    const value = await actions[name](argument);
    console.log(JSON.stringify({ number, value: name === 'shot' ? null : (value ?? null) }));
  }
} finally {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}
