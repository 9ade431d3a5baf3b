import { fitColumns, type TableColumn } from './columns.ts';
import { escapeSentence, escapeText } from './escape.ts';
import type { Line, Style } from './printer.ts';
import { measureWidth } from './table.ts';

/** What the table of `status` shows of one service. */
export interface ShownService {
  readonly service: string;
  readonly role: 'announce' | 'proxy';
  /** Where others, or programs of this machine, connect to it; the first of several. Empty where nobody can. */
  readonly where: string;
  /** As the process says it: `announced`, `withdrawn`; of a proxy `ready`, `no endpoint`, `unreachable`. */
  readonly state: string;
  readonly ready: boolean;
  /** Why it is not, for people, where the process knows. */
  readonly reason?: string;
  /** Of a proxy. */
  readonly endpoints?: { readonly ready: number; readonly total: number };
  /** What its connections suffer because that was asked for: `delay=200ms,reset=5%`. */
  readonly faults?: string;
  /** Where they pass through the process. */
  readonly connections?: { readonly active: number; readonly total: number };
  /** Since when it has that state, in ISO 8601. */
  readonly since: string;
  /** The mesh whose members alone reach it; absent in open mode. */
  readonly mesh?: string;
  readonly pid: number;
}

/** As many digits of a mesh as tell it from others. */
const MESH_DIGITS = 8;
const UNKNOWN = '-';
const GAP = 3;
const NARROW_GAP = 2;
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
  const all = listColumns(now);
  const roomy = fitColumns(all, services, Number.POSITIVE_INFINITY, GAP);
  const isRoomy = [roomy.heading, ...services.map(roomy.format)].every((line) => measureWidth(line) <= columns);
  const { heading, format } = isRoomy ? roomy : fitColumns(all, services, columns, NARROW_GAP);
  const reasons = services.flatMap(({ service, reason, pid }) =>
    reason === undefined ? [] : [[`${escapeText(service)} (process ${pid}): ${escapeSentence(reason)}`]],
  );
  return [
    [style.bold(heading)],
    ...services.map((service) => [service.ready ? format(service) : style.yellow(format(service))]),
    ...reasons,
  ];
}

function listColumns(now: number): readonly TableColumn<ShownService>[] {
  return [
    { title: 'SERVICE', show: ({ service }) => escapeText(service) },
    { title: 'ROLE', rank: 6, show: ({ role }) => role },
    { title: 'WHERE', rank: 5, show: ({ where }) => (where === '' ? UNKNOWN : escapeText(where)) },
    { title: 'STATE', show: formatState },
    {
      title: 'ENDPOINTS',
      rank: 4,
      show: ({ endpoints }) => (endpoints === undefined ? UNKNOWN : `${endpoints.ready}/${endpoints.total}`),
    },
    { title: 'CLIENTS', rank: 3, show: ({ connections }) => String(connections?.active ?? UNKNOWN) },
    { title: 'SINCE', rank: 2, show: ({ since }) => formatAge(now - Date.parse(since)) },
    {
      title: 'MODE',
      rank: 0,
      show: ({ mesh }) => (mesh === undefined ? 'open' : `mesh ${escapeText(mesh.slice(0, MESH_DIGITS))}`),
    },
    { title: 'PID', rank: 1, show: ({ pid }) => String(pid) },
  ];
}

/** With the faults that were asked for, if there are any. */
export function formatState({ state, faults }: Pick<ShownService, 'state' | 'faults'>): string {
  return escapeText(faults === undefined ? state : `${state} WITH FAULTS ${faults}`);
}

/** `5s`, `12m`, `3h`, `2d`: the largest unit that it has one of. A clock that was put back makes no negative time. */
export function formatAge(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return '?';
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${unit}`;
}
