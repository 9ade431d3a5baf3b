import type { NetworkInterface, NodeEvent, SkippedInterface } from '@mdns-ambassador/mdns';
import { isBehindWindows } from '../machine/wsl.ts';
import { escapeText } from './escape.ts';
import { describeMode, type Mode, modeToFact } from './mesh-lines.ts';
import { describeInterface, joinWords, lowerFirst, quoteName } from './phrases.ts';
import { type Fact, type Reporter, toFact } from './reporter.ts';

/** Interfaces left out that are named at the start; `doctor` names all. */
const MOST_NAMED = 8;

/** The interfaces as they are at the start. */
export interface NetworkFacts {
  interfaces(): readonly NetworkInterface[];
  skipped(): readonly SkippedInterface[];
  /** Named and not up. */
  awaited(): readonly string[];
  /** The system tells this program of no interface at all. */
  isHidden?(): boolean;
}

/** What is the case, and what to do, a sentence each. */
type Advice = readonly [message: string, remedy: string];

export function describeHiddenInterfaces(): Advice {
  return [
    'This system (Android) does not tell programs which network interfaces there are, so that mDNS can not be used.',
    'Name peers with --from static:HOST:PORT.',
  ];
}

export function describeWsl(): Advice {
  return [
    'This Linux runs in WSL2 behind a network of its own: nobody on the LAN hears it, and it hears nobody there.',
    'Run ambassador on Windows itself, or write networkingMode=mirrored under [wsl2] in .wslconfig.',
  ];
}

/** One line of both, as other lines of a start are written. */
export function joinHint([message, remedy]: Advice): string {
  return `${message.slice(0, -1)}; ${lowerFirst(remedy.slice(0, -1))}`;
}

export const LOCAL_NETWORK_REMEDY =
  'In System Settings > Privacy & Security > Local Network switch on the app that your terminal belongs to (Terminal.app needs no permission; in tmux, start the server anew from Terminal).';

/** What is said once at the start: that anybody may take part, and which interfaces are used and which are not. */
export function tellStart(
  reporter: Reporter,
  network: NetworkFacts,
  mode: Mode,
  inWsl: boolean = isBehindWindows(),
): void {
  const [interfaces, skipped, awaited] = [network.interfaces(), network.skipped(), network.awaited()];
  const addresses = (one: NetworkInterface): readonly string[] => one.addresses.map(({ address }) => address);
  reporter.tell(describeStart(network, mode, inWsl), {
    event: 'started',
    ...modeToFact(mode),
    interfaces: interfaces.map((one) => ({ name: one.name, addresses: addresses(one) })),
    skipped: skipped.map(({ name, reason }) => ({ name, reason })),
    ...(awaited.length === 0 ? {} : { awaited }),
  });
}

/** The same where neither mDNS nor an interface is used. */
export function tellMode(reporter: Reporter, mode: Mode): void {
  reporter.tell(describeMode(mode, true), {
    event: 'started',
    ...modeToFact(mode),
  });
}

export function describeStart(network: NetworkFacts, mode: Mode, inWsl = false): readonly string[] {
  const [interfaces, skipped, awaited] = [network.interfaces(), network.skipped(), network.awaited()];
  const lines = [describeMode(mode)];
  if (network.isHidden?.() === true) lines.push(joinHint(describeHiddenInterfaces()));
  else if (awaited.length > 0)
    lines.push(`${describeAwaited(awaited)}: waiting for ${awaited.length === 1 ? 'it' : 'them'}`);
  else if (interfaces.length === 0) lines.push('no network interface is up: waiting for one');
  if (interfaces.length > 0 && interfaces.every(({ loopback }) => loopback)) {
    lines.push(describeLoopback(interfaces.map(describeInterface)));
  } else if (interfaces.length > 0) lines.push(`using ${joinWords(interfaces.map(describeInterface))}`);
  if (skipped.length > 0) lines.push(describeSkipped(skipped));
  if (inWsl) lines.push(joinHint(describeWsl()));
  return lines;
}

function describeLoopback(interfaces: readonly string[]): string {
  return `using ${joinWords(interfaces)}: only this machine can be reached`;
}

/** For who found nothing: that multicast reached nobody else, and which interfaces are left out. Undefined where it did. */
export function describeAlone({
  interfaces,
  skipped,
}: Pick<NetworkFacts, 'interfaces' | 'skipped'>): string | undefined {
  const used = interfaces();
  if (!used.every(({ loopback }) => loopback)) return undefined;
  const leftOut = skipped().length === 0 ? '' : `${describeSkipped(skipped())}; else `;
  return `multicast reached this machine alone: ${leftOut}connect to a network, or see what ambassador doctor says`;
}

/** `eth7 is not up, or has no address yet` */
export function describeAwaited(names: readonly string[]): string {
  return `${joinWords(names.map((name) => escapeText(name)))} ${names.length === 1 ? 'is' : 'are'} not up, or ${names.length === 1 ? 'has' : 'have'} no address yet`;
}

/** One line, however many there are: a laptop has a dozen. */
function describeSkipped(skipped: readonly SkippedInterface[]): string {
  const [only] = skipped;
  if (only !== undefined && skipped.length === 1)
    return `not using ${only.name} (${only.reason}); add --interface ${quoteWord(only.name)} to use it`;
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of skipped.slice(0, MOST_NAMED))
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  const groups = [...byReason].map(([reason, names]) => `${names.join(', ')} (${reason})`);
  const more = skipped.length > MOST_NAMED ? `, and ${skipped.length - MOST_NAMED} more` : '';
  return `not using ${groups.join(', ')}${more}; add --interface NAME to use one`;
}

/** Names of the loopback interface: Linux, macOS, Windows. It is up always, and used while no other is. */
const LOOPBACK = /^lo(\d*$|opback)/i;

function describeUp({ interfaceName, addresses }: Extract<NodeEvent, { kind: 'interface-up' }>): string {
  const address = addresses[0] ?? 'no address';
  return LOOPBACK.test(interfaceName)
    ? describeLoopback([`${interfaceName} (${address})`])
    : `network interface ${interfaceName} is up (${address})`;
}

function describeDown(interfaceName: string): string {
  return LOOPBACK.test(interfaceName)
    ? `${interfaceName} is not used any more: it reaches this machine alone`
    : `network interface ${interfaceName} is down`;
}

/** What became of the interfaces since the start. */
export function tellNodeEvent(reporter: Reporter, event: NodeEvent, platform: string): void {
  reporter.tell(describeNodeEvent(event, platform), nodeEventToFact(event));
}

function describeNodeEvent(event: NodeEvent, platform: string): string {
  switch (event.kind) {
    case 'interface-up':
      return describeUp(event);
    case 'interface-down':
      return describeDown(event.interfaceName);
    case 'link-failed':
      return `can't use ${event.interfaceName}: ${event.error.message}`;
    case 'interfaces-unseen':
      return `${event.error.message}; those that were known are used on`;
    case 'send-refused':
      return describeSendRefusal(event, platform);
    case 'records-refused':
      return describeRefusedRecords(event);
    case 'record-fragmented': {
      const { interfaceName, name, bytes, mtu } = event;
      return `${interfaceName}: what is announced of ${quoteName(name)} makes a packet of ${bytes} bytes, and this link carries ${mtu} whole: who gets no fragments does not see it; announce ${bytes - mtu} bytes less of --txt`;
    }
    case 'host-renamed':
      return `somebody else is called ${event.from}: this machine is ${event.to} now`;
    case 'name-disputed':
      return `${quoteName(event.name)} is claimed by somebody else too; both keep it`;
    default:
      return event satisfies never;
  }
}

function nodeEventToFact(event: NodeEvent): Fact {
  const { event: kind, interfaceName, error, ...fields } = toFact(event);
  return {
    event: kind,
    ...(interfaceName === undefined ? {} : { interface: interfaceName }),
    ...(error instanceof Error ? { reason: error.message } : {}),
    ...fields,
  };
}

/** The bounds are those of LIMITS.md. */
export function describeRefusedRecords({
  interfaceName,
}: Extract<NodeEvent, { readonly kind: 'records-refused' }>): string {
  return `${interfaceName}: more is announced there than is kept (2,048 instances of a service, 512 of one sender; 10,000 records, 2,048 of one sender), so not every instance is seen; name those you miss with --from static:HOST:PORT`;
}

/** macOS 15 and later refuse with EHOSTUNREACH what the user has not allowed; Apple's own programs are exempt. */
export function describeSendRefusal(
  { interfaceName, code }: Extract<NodeEvent, { readonly kind: 'send-refused' }>,
  platform: string,
): string {
  if (platform === 'darwin' && code === 'EHOSTUNREACH') {
    return `${interfaceName}: macOS does not let this program use the local network: ${lowerFirst(LOCAL_NETWORK_REMEDY.slice(0, -1))}`;
  }
  const why = code === 'EPERM' || code === 'EACCES' ? 'a firewall on this machine forbids it' : 'trying again';
  return `${interfaceName}: nothing can be sent (${code}): ${why}; see ambassador doctor`;
}

/** A word as a shell takes it; names of interfaces have spaces on Windows. */
function quoteWord(word: string): string {
  return /^[\w.:@-]+$/.test(word) ? word : `"${word}"`;
}
