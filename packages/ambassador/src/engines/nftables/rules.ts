/** Where clients connect. */
export interface ListeningPlace {
  readonly address: string;
  readonly port: number;
}

/** A place to which clients are sent, or were; its number names its counters. */
export interface NumberedPlace extends ListeningPlace {
  /** 1 .. {@link MOST_PLACES}. */
  readonly number: number;
}

export interface Rules {
  readonly listening: readonly ListeningPlace[];
  /** Whose packets are counted. */
  readonly places: readonly NumberedPlace[];
  /** What becomes of new connections; without `number` engine node takes them. Empty: it takes all. */
  readonly choices: readonly { readonly number?: number; readonly share: number }[];
  /** In turn rather than at random. */
  readonly isInTurn: boolean;
  /** What clients send there is answered with a reset. */
  readonly lost: readonly ListeningPlace[];
}

export const MOST_PLACES = 256;
/** Into so many parts the new connections are divided, at random. */
const PARTS = 10_000;
/** And into so many turns. */
const TURNS = 240;
/** A SYN is sent again after 1 s (RFC 6298 2.1), and then once more after 1 or 2 s. */
const TRIED_S = 4;
/** Long enough for the pool to find out and to say so. */
const REFUSED_S = 5;
/** 2^16: as many as there are ports. */
const MOST_TRIED = 65_535;
/**
 * Seconds. A SYN without an answer is forgotten when it is sent again, so that it is decided anew; what is half closed may stay so for
 * an hour; what has ended makes room for the port's next use. Until what was reset is forgotten, the kernel sends whoever connects from
 * that port to who has reset it.
 */
const TIMEOUTS = 'syn_sent : 1, fin_wait : 3600, close_wait : 3600, time_wait : 10, close : 0';
/** RFC 9293 3.10.7.1: a reset that answers a SYN has sequence number 0. */
const SYN_RESET = 'tcp flags & (rst | ack) == (rst | ack) tcp sequence 0';
/** nftables' own priorities: conntrack is at -200, destination NAT at -100, and `out` comes before rules of others. */
const BEHIND_CONNTRACK = -150;
const NAT = -101;

/** The table that stays while connections last: without NAT's hooks they would break, and without the guard nothing may be let through. */
export function writeGuard(table: string): string {
  return join([
    `add table ip ${table}`,
    `add set ip ${table} restored { type ifname; }`,
    ...writeLastingRules(table),
    `add chain ip ${table} hold { type nat hook output priority -100; policy accept; }`,
  ]);
}

/**
 * Before conntrack: what a neighbour sends to or from 127.0.0.0/8 is nobody's, whatever route_localnet says. And who is sent beyond this
 * machine goes there under its address.
 */
function writeLastingRules(table: string): readonly string[] {
  return [
    `add chain ip ${table} guard { type filter hook prerouting priority -300; policy accept; }`,
    `flush chain ip ${table} guard`,
    `add rule ip ${table} guard iifname != "lo" ip daddr 127.0.0.0/8 drop`,
    `add rule ip ${table} guard iifname != "lo" ip saddr 127.0.0.0/8 drop`,
    `add chain ip ${table} leave { type nat hook postrouting priority 100; policy accept; }`,
    `flush chain ip ${table} leave`,
    `add rule ip ${table} leave ip saddr 127.0.0.0/8 oifname != "lo" ct status & dnat == dnat masquerade`,
  ];
}

/** The table that goes with who made it: new connections go to engine node then. */
export function writeTable(table: string): string {
  return join([
    `add table ip ${table} { flags owner; }`,
    `add set ip ${table} tried { type inet_service; size ${MOST_TRIED}; flags dynamic,timeout; timeout ${TRIED_S}s; }`,
    `add set ip ${table} refused { type mark; size ${MOST_PLACES}; flags dynamic,timeout; timeout ${REFUSED_S}s; }`,
    `add set ip ${table} reused { type inet_service; size ${MOST_TRIED}; flags dynamic,timeout; timeout ${TRIED_S}s; }`,
    `add counter ip ${table} again`,
    // What flushes the tables of others (`nft flush ruleset`) leaves this one alone.
    ...writeLastingRules(table),
    `add ct timeout ip ${table} quick { protocol tcp; l3proto ip; policy = { ${TIMEOUTS} }; }`,
    `add chain ip ${table} arriving { type filter hook output priority ${BEHIND_CONNTRACK}; policy accept; }`,
    `add chain ip ${table} choose`,
    `add chain ip ${table} unanswered`,
    `add chain ip ${table} out { type nat hook output priority ${NAT}; policy accept; }`,
    `add chain ip ${table} sent { type filter hook output priority 0; policy accept; }`,
    `add chain ip ${table} answered { type filter hook input priority 0; policy accept; }`,
  ]);
}

/** What one place needs before rules name it. May be said again. */
export function writePlace(table: string, number: number): string {
  const counters = ['new', 'up', 'down', 'refused'].map((what) => `add counter ip ${table} ${what}-${number}`);
  return join([...counters, `add chain ip ${table} to-${number}`]);
}

/** The rules of the table, in place of those before. */
export function writeRules(table: string, rules: Rules): string {
  const { listening, places, choices, isInTurn, lost } = rules;
  const at = listPlaces(listening);
  // Who wants engine node itself comes from another address (`relay/visit`).
  const isService = `ip saddr 127.0.0.1 ip daddr . tcp dport ${at}`;
  const wasService = `ct original protocol tcp ct original ip daddr . ct original proto-dst ${at}`;
  const server = 'ct reply protocol tcp ct reply ip saddr . ct reply proto-src';
  const count = (what: string): string =>
    `counter name ${server.replace('ct reply protocol tcp ', '')} map ${mapPlaces(places, (number) => `"${what}-${number}"`)}`;
  const rule = (chain: string, text: string): string => `add rule ip ${table} ${chain} ${text}`;
  const isCounted = places.length > 0;
  const flushed = [
    'arriving',
    'out',
    'choose',
    'sent',
    'answered',
    'unanswered',
    ...places.map(({ number }) => `to-${number}`),
  ];
  return join([
    ...flushed.map((chain) => `flush chain ip ${table} ${chain}`),
    rule('arriving', `${isService} tcp flags & (syn | ack) == syn ct timeout set "quick"`),
    // Who has marked his packets routes them by it.
    rule('out', `${isService} meta mark 0 goto choose`),
    ...writeChoice(table, choices, isInTurn),
    ...places.map(({ number, address, port }) =>
      rule(`to-${number}`, `meta mark set 0 counter name "new-${number}" meta l4proto tcp dnat to ${address}:${port}`),
    ),
    rule('sent', 'ct status & dnat == 0 accept'),
    rule('sent', `meta l4proto tcp ${wasService.replace(` ${at}`, ` != ${at}`)} accept`),
    ...(lost.length === 0
      ? []
      : [rule('sent', `ct direction original meta l4proto tcp ${server} ${listPlaces(lost)} reject with tcp reset`)]),
    ...(isCounted
      ? [
          rule('sent', `ct direction original tcp flags & syn == 0 ${server} ${listPlaces(places)} ${count('up')}`),
          // A service of this machine answers from here.
          rule('sent', `ct direction reply tcp flags & syn == 0 ${server} ${listPlaces(places)} ${count('down')}`),
        ]
      : []),
    rule('answered', 'ct status & dnat == 0 accept'),
    rule('answered', 'ct direction original accept'),
    rule('answered', 'ct original protocol != tcp accept'),
    rule('answered', `${wasService.replace(` ${at}`, ` != ${at}`)} accept`),
    ...(isCounted
      ? [
          rule(
            'answered',
            `iifname != "lo" tcp flags & (syn | rst) == 0 ${server} ${listPlaces(places)} ${count('down')} accept`,
          ),
        ]
      : []),
    rule('answered', 'tcp flags & (syn | ack) == (syn | ack) delete @tried { ct original proto-src } accept'),
    // The SYN went along with an earlier connection from this port, which its client has ended and the server has not. Conntrack forgets it
    // with the reset; Linux before 6.3 keeps it where the reset is ours. Not @tried: nobody has counted this SYN as new.
    rule(
      'answered',
      `ct status & assured == assured ${SYN_RESET} ct original proto-src != @reused add @reused { ct original proto-src } drop`,
    ),
    rule('answered', 'ct status & assured == assured accept'),
    rule('answered', `${SYN_RESET} goto unanswered`),
    rule('answered', 'icmp type destination-unreachable goto unanswered'),
    ...(isCounted
      ? [
          rule(
            'unanswered',
            `${server.replace('ct reply ip', 'meta mark set ct reply ip')} map ${mapPlaces(places, String)}`,
          ),
          rule('unanswered', 'add @refused { meta mark }'),
          rule(
            'unanswered',
            `counter name meta mark map { ${places.map(({ number }) => `${number} : "refused-${number}"`).join(', ')} }`,
          ),
        ]
      : []),
    // The client's kernel sends its SYN again.
    rule('unanswered', 'drop'),
  ]);
}

function writeChoice(table: string, choices: Rules['choices'], isInTurn: boolean): readonly string[] {
  const carried = choices.flatMap(({ number }) => number ?? []);
  if (carried.length === 0) return [];
  const rule = (text: string): string => `add rule ip ${table} choose ${text}`;
  const parts = isInTurn ? takeTurns(divide(choices, TURNS)) : divide(choices, PARTS);
  let total = 0;
  const ranges = parts.map(({ number, size }) => {
    const from = total;
    total += size;
    return `${size === 1 ? from : `${from}-${total - 1}`} : ${number}`;
  });
  return [
    rule('tcp sport @tried counter name "again" accept'),
    rule('add @tried { tcp sport }'),
    rule(`meta mark set numgen ${isInTurn ? 'inc' : 'random'} mod ${total} map { ${ranges.join(', ')} }`),
    rule('meta mark @refused meta mark set 0 accept'),
    rule(`meta mark vmap { ${carried.map((number) => `${number} : goto to-${number}`).join(', ')} }`),
    rule('meta mark set 0'),
  ];
}

interface DispatchPart {
  /** 0: engine node's. */
  readonly number: number;
  readonly size: number;
}

/** Whole parts, about `parts` of them; each choice has one at least. */
function divide(choices: Rules['choices'], parts: number): readonly DispatchPart[] {
  const sum = choices.reduce((total, { share }) => total + share, 0);
  return choices.map(({ number = 0, share }) => ({ number, size: Math.max(1, Math.round((share / sum) * parts)) }));
}

/** As many turns of one as there are parts, each choice's as far from one another as can be. */
function takeTurns(parts: readonly DispatchPart[]): readonly DispatchPart[] {
  const divisor = parts.reduce((common, { size }) => greatestCommonDivisor(common, size), 0);
  const waiting = parts.map(({ number, size }) => ({ number, size: size / divisor, due: 0 }));
  const total = waiting.reduce((sum, { size }) => sum + size, 0);
  return Array.from({ length: total }, () => {
    for (const one of waiting) one.due += one.size;
    const next = waiting.reduce((most, one) => (one.due > most.due ? one : most));
    next.due -= total;
    return { number: next.number, size: 1 };
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function mapPlaces(places: readonly NumberedPlace[], to: (number: number) => string): string {
  return `{ ${places.map(({ number, address, port }) => `${address} . ${port} : ${to(number)}`).join(', ')} }`;
}

function listPlaces(places: Rules['lost']): string {
  return `{ ${places.map(({ address, port }) => `${address} . ${port}`).join(', ')} }`;
}

/** One transaction in one line, as `nft -i` reads it. */
function join(commands: readonly string[]): string {
  return commands.join('; ');
}
