import { formatPlace } from '@mdns-ambassador/relay';
import { DASHBOARD_STYLE } from './dashboard-style.ts';
import { escapeHtml } from './escape-html.ts';
import { drawLanList, drawSentence } from './lan/lan-list.ts';
import type { LanPicture } from './lan/lan-view.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import type { AnnouncementView, EndpointView, ServiceView } from './snapshot.ts';
import type { Status } from './status.ts';

export interface DashboardView {
  readonly status: Status;
  /** Empty when ready. */
  readonly unready: readonly string[];
  readonly lan: LanPicture;
}

interface DashboardColumn<Row> {
  readonly title: string;
  readonly isNumber?: boolean;
  /** The cell as HTML: whoever writes it escapes. */
  readonly cell: (row: Row) => string;
}

const ENDPOINT_COLUMNS: readonly DashboardColumn<EndpointView>[] = [
  { title: 'Endpoint', cell: ({ instance, address }) => escapeHtml(instance ?? address) },
  { title: 'Address', cell: ({ address, port }) => escapeHtml(formatPlace(address, port)) },
  { title: 'State', cell: ({ state }) => drawState(state) },
  { title: 'Source', cell: ({ source }) => escapeHtml(source) },
  { title: 'Priority', isNumber: true, cell: ({ priority }) => String(priority) },
  { title: 'Weight', isNumber: true, cell: ({ weight }) => String(weight) },
  { title: 'Open', isNumber: true, cell: ({ active }) => String(active) },
  { title: 'Carried', isNumber: true, cell: ({ total }) => String(total) },
  { title: 'Failures', isNumber: true, cell: ({ failures }) => String(failures) },
];

const ANNOUNCEMENT_COLUMNS: readonly DashboardColumn<AnnouncementView>[] = [
  { title: 'Instance', cell: ({ instance }) => escapeHtml(instance) },
  { title: 'Type', cell: ({ type }) => escapeHtml(type) },
  { title: 'State', cell: ({ state }) => drawState(state) },
  { title: 'Host', cell: ({ host }) => escapeHtml(host) },
  { title: 'Port', isNumber: true, cell: ({ port }) => String(port) },
  { title: 'Addresses', cell: ({ addresses }) => escapeHtml(addresses.join(', ')) },
];

/** A page that says everything without a script; with its own it draws the picture, and stays current. */
export function drawDashboard(view: DashboardView): string {
  const { status, unready } = view;
  const readiness = unready.length === 0 ? 'ready' : `not ready: ${unready.join('; ')}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ambassador</title>
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>${DASHBOARD_STYLE}</style>
</head>
<body>
<header>
<h1>ambassador ${escapeHtml(status.version)}</h1>
<p id="state">${escapeHtml(readiness)}, up for ${formatUptime(status.uptimeSeconds)}</p>
<span id="link" role="status"></span>
</header>
<section id="picture" class="panel" hidden>
<div class="bar">
<label>Find <input id="find" type="search" placeholder="a machine or a service"></label>
${KEY}
</div>
<div id="stage" tabindex="0" role="group" aria-label="Picture of the network: go through it with the arrow keys; all of it is in the list below">
<svg id="lines" role="list" aria-label="Connections"></svg>
<div id="note" role="tooltip" hidden></div>
</div>
<div class="pair">
<div>
<h2>The last ten minutes</h2>
<p id="time-words"></p>
<svg id="time" role="slider" tabindex="0" aria-label="Traffic of the last ten minutes, in seconds before now" aria-valuemin="-600" aria-valuemax="0" aria-valuenow="0" preserveAspectRatio="none"></svg>
<div class="scale"><span>10 min ago</span><span>5 min ago</span><span>now</span></div>
</div>
<div>
<h2>What happened</h2>
<ol id="story" aria-live="polite" tabindex="0" aria-label="What happened, the latest first"><li class="none">Nothing since this page was opened.</li></ol>
</div>
</div>
</section>
${drawMain(view)}
<footer><a href="/v1/status">status</a><a href="/v1/lan">network</a><a href="/v1/events">events</a><a href="/metrics">metrics</a><a href="/readyz">readiness</a></footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

const KEY = `<ul class="key" aria-label="What the lines mean">
${[
  ['ready', 'in use; the wider, the more traffic'],
  ['draining', 'leaving, or lost sight of'],
  ['ejected', 'not reached'],
]
  .map(
    ([state, words]) =>
      `<li><svg viewBox="0 0 28 10" aria-hidden="true" class="link ${state}"><path class="line" stroke-width="3" d="M2 5H26"/></svg>${words}</li>`,
  )
  .join('\n')}
</ul>`;

function drawMain({ status, lan }: DashboardView): string {
  return `<main class="panel">
<section id="who">${drawLanList(lan)}</section>
<div id="process">
${status.services.map(drawService).join('\n')}
${status.announcements.length === 0 ? '' : `<section><h2>Announced by this process</h2>\n${drawTable(ANNOUNCEMENT_COLUMNS, status.announcements)}</section>`}
</div>
<noscript><section><h2>What happened</h2>
<ol>
${lan.story.map(drawSentence).join('\n')}
</ol></section></noscript>
</main>`;
}

function drawService({ service, listen, engine, balance, faults, endpoints, connections }: ServiceView): string {
  const suffering = faults === undefined ? '' : `; with faults: ${escapeHtml(faults)}`;
  const { active, accepted, failed, retried } = connections;
  return `<section>
<h2>This process: ${escapeHtml(service)} on ${escapeHtml(listen.join(', '))}</h2>
<p>${active} open, ${accepted} accepted, ${retried} retried, ${failed} failed; balanced by ${escapeHtml(balance)}, engine ${escapeHtml(engine)}${suffering}</p>
${endpoints.length === 0 ? '<p>No endpoint is known.</p>' : drawTable(ENDPOINT_COLUMNS, endpoints)}
</section>`;
}

function drawTable<Row>(columns: readonly DashboardColumn<Row>[], rows: readonly Row[]): string {
  const open = (tag: string, isNumber = false): string => (isNumber ? `<${tag} class="number">` : `<${tag}>`);
  const head = columns.map(({ title, isNumber }) => `${open('th', isNumber)}${title}</th>`).join('');
  const drawRow = (row: Row): string =>
    `<tr>${columns.map(({ isNumber, cell }) => `${open('td', isNumber)}${cell(row)}</td>`).join('')}</tr>`;
  return `<div class="table"><table><thead><tr>${head}</tr></thead>
<tbody>
${rows.map(drawRow).join('\n')}
</tbody></table></div>`;
}

/** The state is one of our own words, never text from the network. */
function drawState(state: AnnouncementView['state'] | EndpointView['state']): string {
  return `<span class="state ${state}">${state}</span>`;
}

function formatUptime(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
