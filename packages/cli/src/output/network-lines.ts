import type { NetworkInterface, NodeEvent, SkippedInterface } from '@mdns-ambassador/mdns';
import { describeMode } from './mesh-lines.ts';
import { describeInterface, joinWords, quoteName } from './phrases.ts';
import type { Reporter } from './reporter.ts';

/** What is said once at the start: that anybody may take part, and which interfaces are used and which are not. */
export function tellStart(
  reporter: Reporter,
  interfaces: readonly NetworkInterface[],
  skipped: readonly SkippedInterface[],
  meshIds?: readonly string[],
): void {
  const addresses = (one: NetworkInterface): readonly string[] => one.addresses.map(({ address }) => address);
  reporter.tell(describeStart(interfaces, skipped, meshIds), {
    event: 'started',
    mode: meshIds === undefined ? 'open' : 'mesh',
    ...(meshIds === undefined ? {} : { mesh: meshIds }),
    interfaces: interfaces.map((one) => ({ name: one.name, addresses: addresses(one) })),
    skipped: skipped.map(({ name, reason }) => ({ name, reason })),
  });
}

/** The same where neither mDNS nor an interface is used. */
export function tellMode(reporter: Reporter, meshIds?: readonly string[]): void {
  reporter.tell(describeMode(meshIds, true), {
    event: 'started',
    mode: meshIds === undefined ? 'open' : 'mesh',
    ...(meshIds === undefined ? {} : { mesh: meshIds }),
  });
}

export function describeStart(
  interfaces: readonly NetworkInterface[],
  skipped: readonly SkippedInterface[],
  meshIds?: readonly string[],
): string {
  const lines = [describeMode(meshIds)];
  if (interfaces.length === 0) lines.push('no network interface is up: waiting for one');
  else if (interfaces.every(({ loopback }) => loopback)) {
    lines.push(`using ${joinWords(interfaces.map(describeInterface))}: only this machine can be reached`);
  } else lines.push(`using ${joinWords(interfaces.map(describeInterface))}`);
  for (const { name, reason } of skipped)
    lines.push(`not using ${name} (${reason}); add --interface ${quoteWord(name)} to use it`);
  return lines.join('\n');
}

/** What became of the interfaces since the start. */
export function tellNodeEvent(reporter: Reporter, event: NodeEvent): void {
  switch (event.kind) {
    case 'interface-up':
      reporter.tell(`network interface ${event.interfaceName} is up (${event.addresses[0] ?? 'no address'})`, {
        event: event.kind,
        interface: event.interfaceName,
        addresses: event.addresses,
      });
      break;
    case 'interface-down':
      reporter.tell(`network interface ${event.interfaceName} is down`, {
        event: event.kind,
        interface: event.interfaceName,
      });
      break;
    case 'link-failed':
      reporter.tell(`can't use ${event.interfaceName}: ${event.error.message}`, {
        event: event.kind,
        interface: event.interfaceName,
        reason: event.error.message,
      });
      break;
    case 'host-renamed':
      reporter.tell(`somebody else is called ${event.from}: this machine is ${event.to} now`, {
        event: event.kind,
        from: event.from,
        to: event.to,
      });
      break;
    case 'name-disputed':
      reporter.tell(`${quoteName(event.name)} is claimed by somebody else too; both keep it`, {
        event: event.kind,
        name: event.name,
      });
      break;
    default:
      event satisfies never;
  }
}

/** A word as a shell takes it; names of interfaces have spaces on Windows. */
function quoteWord(word: string): string {
  return /^[\w.:@-]+$/.test(word) ? word : `"${word}"`;
}
