import type { CheckOptions } from '@mdns-ambassador/checks';
import { isHostLabel } from '@mdns-ambassador/mdns';
import type { Container } from './container.ts';

/** One port that is to be announced, as labels or variables ask for it. */
export interface PortWish {
  /** Inside the container; undefined: the only one that there is. */
  readonly port: number | undefined;
  /** Undefined: after the container. */
  readonly service: string | undefined;
  /** Undefined: as every service has one; `none`: not even then. */
  readonly alias: string | undefined;
  readonly weight: number;
  readonly priority: number;
  /** Absent: that of the service's name. */
  readonly check: CheckOptions | undefined;
  readonly meta: ReadonlyMap<string, string>;
  readonly isIgnored: boolean;
}

export interface Wishes {
  /** Whether anything is to be announced at all. */
  readonly isEnabled: boolean;
  /** For ports that no wish of their own names. */
  readonly whole: PortWish;
  readonly ports: ReadonlyMap<number, PortWish>;
  /** What is written and can't be done, in sentences. */
  readonly faults: readonly string[];
}

const PREFIX = 'ambassador.';
const META_PREFIX = 'meta.';
const KEYS = ['service', 'alias', 'weight', 'priority', 'check', 'ignore'] as const;
type LabelKey = (typeof KEYS)[number];
/** Registrator's variables and labels: SERVICE_NAME, SERVICE_6379_NAME ... */
const VARIABLE = /^SERVICE_(?:(\d{1,5})_)?(NAME|TAGS|IGNORE)$/;
const HIGHEST_RANK = 65_535;
/** RFC 6763 6.4 wants keys short; a label of this length is a mistake or an attack. */
const MAX_META = 32;

/** Sinks of one port, filled label by label. */
interface LabelDraft {
  readonly values: Map<LabelKey, string>;
  readonly meta: Map<string, string>;
}

/**
 * What a container's labels ask for: `ambassador.enable`, `ambassador.service`, `ambassador.6379.service`, and the same with
 * `alias`, `weight`, `priority`, `check`, `ignore`, `meta.KEY`; registrator's SERVICE_ variables where no label says it. Pure.
 */
export function readWishes({ labels, variables }: Pick<Container, 'labels' | 'variables'>): Wishes {
  const faults: string[] = [];
  const drafts = new Map<number | undefined, LabelDraft>();
  const draftOf = (port: number | undefined): LabelDraft => {
    const draft = drafts.get(port) ?? { values: new Map(), meta: new Map() };
    drafts.set(port, draft);
    return draft;
  };
  for (const [name, value] of [...variables, ...labels]) {
    const match = VARIABLE.exec(name);
    if (match !== null) takeVariable(draftOf(readPort(match[1])), match[2] ?? '', value);
  }
  for (const [label, value] of labels) {
    if (label.startsWith(PREFIX) && label !== `${PREFIX}enable`) {
      const [, port, key = ''] = /^(?:(\d{1,5})\.)?(.*)$/s.exec(label.slice(PREFIX.length)) ?? [];
      if (!takeLabel(draftOf(readPort(port)), key, value)) {
        faults.push(`label ${label} is none; write ${PREFIX}[PORT.] and one of ${KEYS.join(', ')} or meta.KEY`);
      }
    }
  }
  const enable = labels.get(`${PREFIX}enable`);
  const isAsked = [...drafts.values()].some(({ values }) => values.has('service'));
  const whole = finish(undefined, drafts.get(undefined), undefined, faults);
  const ports = new Map<number, PortWish>();
  for (const [port, draft] of drafts) {
    if (port !== undefined) ports.set(port, finish(port, draft, drafts.get(undefined), faults));
  }
  const isEnabled = !whole.isIgnored && (enable === undefined ? isAsked : isTrue(enable));
  return { isEnabled, whole, ports, faults };
}

function takeVariable({ values, meta }: LabelDraft, kind: string, value: string): void {
  if (kind === 'NAME') values.set('service', value);
  else if (kind === 'IGNORE') values.set('ignore', value === '' ? '' : 'true');
  else if (value !== '') meta.set('tags', value);
}

function takeLabel({ values, meta }: LabelDraft, key: string, value: string): boolean {
  const known = KEYS.find((one) => one === key);
  if (known !== undefined) values.set(known, value);
  else if (key.startsWith(META_PREFIX) && key.length > META_PREFIX.length && meta.size < MAX_META) {
    meta.set(key.slice(META_PREFIX.length), value);
  } else return false;
  return true;
}

/** A port takes from the whole what it does not say itself, but for the name. */
function finish(
  port: number | undefined,
  draft: LabelDraft | undefined,
  whole: LabelDraft | undefined,
  faults: string[],
): PortWish {
  const where = port === undefined ? PREFIX : `${PREFIX}${port}.`;
  const read = (key: LabelKey): string | undefined => draft?.values.get(key) ?? whole?.values.get(key);
  const written = read('check');
  const check = written === undefined ? undefined : readCheck(written);
  if (written !== undefined && check === undefined) {
    faults.push(
      `label ${where}check is "${written}"; write tcp, http:/path, redis, postgres, mysql, ssh or none (a label runs no commands)`,
    );
  }
  const rank = (key: 'weight' | 'priority'): number => {
    const text = read(key) ?? '0';
    const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
    if (value >= 0 && value <= HIGHEST_RANK) return value;
    faults.push(`label ${where}${key} is "${text}"; write a number from 0 to ${HIGHEST_RANK}`);
    return 0;
  };
  const readAlias = (): string | undefined => {
    const text = draft?.values.get('alias');
    if (text === undefined || text === NO_ALIAS || isHostLabel(text)) return text;
    faults.push(
      `label ${where}alias is "${text}"; write one word of a-z, 0-9 and -, such as web for web.local, or none`,
    );
    return undefined;
  };
  return {
    port,
    service: draft?.values.get('service'),
    alias: readAlias(),
    weight: rank('weight'),
    priority: rank('priority'),
    check,
    meta: new Map([...(whole?.meta ?? []), ...(draft?.meta ?? [])]),
    isIgnored: isTrue(draft?.values.get('ignore') ?? ''),
  };
}

/** Instead of a name. */
export const NO_ALIAS = 'none';

/** `exec:` is refused: who may label a container may not run commands on the host. */
function readCheck(text: string): CheckOptions | undefined {
  switch (text) {
    case 'tcp':
    case 'redis':
    case 'postgres':
    case 'mysql':
    case 'ssh':
    case 'none':
      return { kind: text };
    case 'http':
      return { kind: 'http', path: '/' };
    default:
      return /^http:\/[\x21-\x7e]*$/.test(text) ? { kind: 'http', path: text.slice('http:'.length) } : undefined;
  }
}

function readPort(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function isTrue(text: string): boolean {
  return ['true', '1', 'yes', 'on'].includes(text.toLowerCase());
}
