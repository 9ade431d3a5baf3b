import type { Admin, DialView, Snapshot } from '@mdns-ambassador/admin';
import { systemClock } from '@mdns-ambassador/mdns';
import { errorCode, formatTarget, type Listener, listen, RelayError, type Target } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import type { Fact, Reporter } from '../output/reporter.ts';
import { readAdminPlaces } from '../requests/admin-request.ts';
import type { Settings } from '../settings/settings.ts';

/** What the admin shows, and to whom it says that it listens. */
export interface AdminContext {
  readonly version: string;
  /** Not asked before `listen`. */
  readonly snapshot: () => Snapshot;
}

/** The admin that `--admin` asks for. */
export interface AdminService {
  /** Rejects with a CliError that names the address. */
  listen(reporter: Reporter): Promise<void>;
  publish(fact: Fact): void;
  observeDial(dial: DialView): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Undefined without `--admin`, and then nothing of it is loaded. It does not listen yet. */
export async function createAdminService(settings: Settings, context: AdminContext): Promise<AdminService | undefined> {
  const places = readAdminPlaces(settings);
  if (places === undefined) return undefined;
  const { createAdmin } = await import('@mdns-ambassador/admin');
  const admin = createAdmin({ ...context, clock: systemClock });
  let listeners: readonly Listener[] = [];
  return {
    async listen(reporter) {
      listeners = await listenAt(places, admin);
      const at = listeners.map(({ address }) => formatAdmin(address));
      reporter.tell(`admin on ${at.join(' and ')}`, { event: 'admin-listening', at });
    },
    publish: (fact) => admin.publish(fact),
    observeDial: (dial) => admin.observeDial(dial),
    async close() {
      admin.close();
      await Promise.all(listeners.map((listener) => listener.stop()));
    },
  };
}

async function listenAt(places: readonly Target[], admin: Admin): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  for (const at of places) {
    try {
      // The admin itself shows out who is too many.
      const maxConnections = Number.POSITIVE_INFINITY;
      listeners.push(await listen({ at, maxConnections, onConnection: (socket) => admin.serve(socket) }));
    } catch (error) {
      // `localhost` is two addresses; a machine without IPv6 has one of them.
      if (listeners.length > 0 && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error))) continue;
      await Promise.all(listeners.map((listener) => listener.stop()));
      throw error instanceof RelayError ? explainError(error) : error;
    }
  }
  return listeners;
}

function explainError(error: RelayError): CliError {
  const exitCode = error.code === 'EACCES' || error.code === 'EPERM' ? EXIT_REFUSED : EXIT_USAGE;
  return new CliError(exitCode, `--admin: ${error.message}`, { cause: error });
}

function formatAdmin(address: Target): string {
  return address.kind === 'unix' ? formatTarget(address) : `http://${formatTarget(address)}/`;
}
