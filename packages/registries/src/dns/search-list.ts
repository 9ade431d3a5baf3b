import { readFileSync } from 'node:fs';

/** What a name without a dot may stand for, as resolv.conf(5) says. */
export interface SearchList {
  readonly domains: readonly string[];
  /** Names with so many dots are asked for as they are first. */
  readonly ndots: number;
}

const NONE: SearchList = { domains: [], ndots: 1 };
const RESOLV_CONF = '/etc/resolv.conf';
/** As many as glibc took for long; each is a question. */
const MAX_DOMAINS = 6;

/** The last `search` or `domain` counts. */
export function parseSearchList(text: string): SearchList {
  let { domains, ndots } = NONE;
  for (const line of text.split('\n')) {
    const [keyword = '', ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = values.slice(0, MAX_DOMAINS);
    if (keyword !== 'options') continue;
    for (const value of values) ndots = Number(/^ndots:(\d{1,2})$/.exec(value)?.[1] ?? ndots);
  }
  return { domains: domains.filter((domain) => domain !== '.'), ndots };
}

/** The names to ask for, in order. A dot anywhere makes it a full name: that alone is asked for. */
export function listSearchNames(name: string, { domains, ndots }: SearchList): readonly string[] {
  if (name.includes('.')) return [name];
  const searched = domains.map((domain) => `${name}.${domain}`);
  return ndots === 0 ? [name, ...searched] : [...searched, name];
}

/** This machine's, as it is now; none where there is no resolv.conf. */
export function readSystemSearchList(): SearchList {
  try {
    return parseSearchList(readFileSync(RESOLV_CONF, 'utf8'));
  } catch {
    return NONE;
  }
}
