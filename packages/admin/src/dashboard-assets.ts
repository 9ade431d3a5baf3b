import { createHash } from 'node:crypto';

export const DASHBOARD_STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
.number { text-align: right; }
.state::before { content: "\\25cf"; margin-right: .4em; color: #c0392b; }
.ready::before, .announced::before { color: #27ae60; }
.probation::before, .probing::before, .draining::before, .stale::before { color: #d68910; }
ol { list-style: none; padding: 0; font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
footer { margin-top: 2rem; } footer a { margin-right: 1rem; }
`;

/** The page is drawn by the server alone; this fetches it again, soon after each event and now and then. */
export const DASHBOARD_SCRIPT = `
const SOON_MS = 250, NOW_AND_THEN_MS = 3000;
const link = document.getElementById('link');
let timer, isLoading = false;
function plan(delay) { clearTimeout(timer); timer = setTimeout(load, delay); }
async function load() {
  if (isLoading) return;
  isLoading = true;
  try {
    const answer = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    document.querySelector('main').replaceWith(page.querySelector('main'));
    link.textContent = 'live';
  } catch { link.textContent = 'not reachable'; }
  isLoading = false;
  plan(NOW_AND_THEN_MS);
}
const events = new EventSource('/v1/events');
events.onmessage = () => plan(SOON_MS);
events.onerror = () => { link.textContent = 'reconnecting'; };
plan(NOW_AND_THEN_MS);
`;

/** Nothing runs, loads or frames the page but what stands here; no text from the network can add to it. */
export const DASHBOARD_POLICY: string = [
  "default-src 'none'",
  `style-src ${hashSource(DASHBOARD_STYLE)}`,
  `script-src ${hashSource(DASHBOARD_SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
