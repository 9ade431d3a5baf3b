import { escapeSentence, escapeText } from './escape.ts';
import type { Line, Style } from './printer.ts';
import { formatTable } from './table.ts';

/** What the table of `status` shows of one service. */
export interface ShownService {
  readonly service: string;
  readonly role: string;
  readonly where: string;
  readonly state: string;
  readonly ready: boolean;
  readonly reason?: string;
  readonly endpoints?: { readonly ready: number; readonly total: number };
  readonly connections?: { readonly active: number; readonly total: number };
  readonly since: string;
  readonly mesh?: string;
  readonly pid: number;
}

const HEADING = ['SERVICE', 'ROLE', 'WHERE', 'STATE', 'ENDPOINTS', 'CLIENTS', 'SINCE', 'MODE', 'PID'];
/** As many digits of a mesh as tell it from others. */
const MESH_DIGITS = 8;
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** The table, with a heading, and why what is not ready is not. `now`: milliseconds since 1970. */
export function formatServices(services: readonly ShownService[], now: number, style: Style): readonly Line[] {
  const [heading = '', ...rows] = formatTable([HEADING, ...services.map((service) => listCells(service, now))]);
  const reasons = services.flatMap(({ service, reason, pid }) =>
    reason === undefined ? [] : [[`${escapeText(service)} (process ${pid}): ${escapeSentence(reason)}`]],
  );
  return [
    [style.bold(heading)],
    ...rows.map((row, index) => [services[index]?.ready === true ? row : style.yellow(row)]),
    ...reasons,
  ];
}

function listCells(shown: ShownService, now: number): readonly string[] {
  const { service, role, where, state, endpoints, connections, since, mesh, pid } = shown;
  return [
    escapeText(service),
    role,
    where === '' ? '-' : escapeText(where),
    escapeText(state),
    endpoints === undefined ? '-' : `${endpoints.ready}/${endpoints.total}`,
    connections === undefined ? '-' : String(connections.active),
    formatAge(now - Date.parse(since)),
    mesh === undefined ? 'open' : `mesh ${escapeText(mesh.slice(0, MESH_DIGITS))}`,
    String(pid),
  ];
}

/** `5s`, `12m`, `3h`, `2d`: the largest unit that it has one of. A clock that was put back makes no negative time. */
export function formatAge(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return '?';
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${unit}`;
}
