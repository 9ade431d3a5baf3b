import { formatPlace } from '@mdns-ambassador/relay';
import { DASHBOARD_SCRIPT, DASHBOARD_STYLE } from './dashboard-assets.ts';
import { escapeHtml } from './escape-html.ts';
import { stringifyPrintably } from './printable.ts';
import type { RecentEvent } from './recent-events.ts';
import type { AnnouncementView, EndpointView, ServiceView } from './snapshot.ts';
import type { Status } from './status.ts';

export interface DashboardView {
  readonly status: Status;
  /** Empty when ready. */
  readonly unready: readonly string[];
  readonly events: readonly RecentEvent[];
}

interface Column<Row> {
  readonly title: string;
  readonly isNumber?: boolean;
  /** The cell as HTML: whoever writes it escapes. */
  readonly cell: (row: Row) => string;
}

const ENDPOINT_COLUMNS: readonly Column<EndpointView>[] = [
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

const ANNOUNCEMENT_COLUMNS: readonly Column<AnnouncementView>[] = [
  { title: 'Instance', cell: ({ instance }) => escapeHtml(instance) },
  { title: 'Type', cell: ({ type }) => escapeHtml(type) },
  { title: 'State', cell: ({ state }) => drawState(state) },
  { title: 'Host', cell: ({ host }) => escapeHtml(host) },
  { title: 'Port', isNumber: true, cell: ({ port }) => String(port) },
  { title: 'Addresses', cell: ({ addresses }) => escapeHtml(addresses.join(', ')) },
];

/** A page that says everything without a script, and stays current with its own. */
export function drawDashboard(view: DashboardView): string {
  const { status } = view;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ambassador</title>
<style>${DASHBOARD_STYLE}</style>
</head>
<body>
<h1>ambassador ${escapeHtml(status.version)} <small id="link"></small></h1>
${drawMain(view)}
<footer><a href="/v1/status">status</a><a href="/v1/events">events</a><a href="/metrics">metrics</a><a href="/readyz">readiness</a></footer>
<script>${DASHBOARD_SCRIPT}</script>
</body>
</html>
`;
}

function drawMain({ status, unready, events }: DashboardView): string {
  const readiness = unready.length === 0 ? 'ready' : `not ready: ${unready.join('; ')}`;
  return `<main>
<p>${escapeHtml(readiness)}, up for ${formatUptime(status.uptimeSeconds)}</p>
${status.services.map(drawService).join('\n')}
${status.announcements.length === 0 ? '' : `<h2>Announced from here</h2>\n${drawTable(ANNOUNCEMENT_COLUMNS, status.announcements)}`}
<h2>What happened last</h2>
<ol>
${events.map(drawEvent).join('\n')}
</ol>
</main>`;
}

function drawService({ service, listen, engine, balance, endpoints, connections }: ServiceView): string {
  const { active, accepted, failed, retried } = connections;
  return `<section>
<h2>${escapeHtml(service)} on ${escapeHtml(listen.join(', '))}</h2>
<p>${active} open, ${accepted} accepted, ${retried} retried, ${failed} failed; balanced by ${escapeHtml(balance)}, engine ${escapeHtml(engine)}</p>
${endpoints.length === 0 ? '<p>No endpoint is known.</p>' : drawTable(ENDPOINT_COLUMNS, endpoints)}
</section>`;
}

function drawTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
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

function drawEvent({ at, event: { event, ...fields } }: RecentEvent): string {
  const time = new Date(at).toISOString();
  return `<li><time datetime="${time}">${time.slice(11, 19)}</time> <b>${escapeHtml(event)}</b> ${escapeHtml(stringifyPrintably(fields))}</li>`;
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
