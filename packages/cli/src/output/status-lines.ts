import { escapeSentence, escapeText } from './escape.ts';
import type { Line, Style } from './printer.ts';
import { formatTable, measureWidth } from './table.ts';

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
/** What is left out where a terminal has no room, the first first. */
const DISPENSABLE = ['MODE', 'PID', 'SINCE', 'CLIENTS', 'ENDPOINTS', 'WHERE', 'ROLE'];
const NARROW_GAP = 2;
/** As many digits of a mesh as tell it from others. */
const MESH_DIGITS = 8;
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/**
 * The table, with a heading, and why what is not ready is not. `now`: milliseconds since 1970. Where it is wider than `columns`, it comes closer together,
 * and then columns are left out; what is never left out may be wider still.
 */
export function formatServices(
  services: readonly ShownService[],
  now: number,
  style: Style,
  columns: number,
): readonly Line[] {
  const [heading = '', ...rows] = fitTable([HEADING, ...services.map((service) => listCells(service, now))], columns);
  const reasons = services.flatMap(({ service, reason, pid }) =>
    reason === undefined ? [] : [[`${escapeText(service)} (process ${pid}): ${escapeSentence(reason)}`]],
  );
  return [
    [style.bold(heading)],
    ...rows.map((row, index) => [services[index]?.ready === true ? row : style.yellow(row)]),
    ...reasons,
  ];
}

function fitTable(rows: readonly (readonly string[])[], columns: number): readonly string[] {
  const fits = (lines: readonly string[]): boolean => lines.every((line) => measureWidth(line) <= columns);
  let lines = formatTable(rows);
  for (let left = 0; !fits(lines) && left <= DISPENSABLE.length; left++) {
    const missing = DISPENSABLE.slice(0, left);
    const isShown = HEADING.map((title) => !missing.includes(title));
    lines = formatTable(
      rows.map((row) => row.filter((_, index) => isShown[index])),
      NARROW_GAP,
    );
  }
  return lines;
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
