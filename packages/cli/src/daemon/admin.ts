import type { Socket } from 'node:net';
import type { Admin, AdminOptions } from '@mdns-ambassador/admin';
import { RecentEvents } from '@mdns-ambassador/admin/recent-events';
import { systemClock } from '@mdns-ambassador/mdns';
import {
  errorMessage,
  formatTarget,
  isAbsentAddress,
  type Listener,
  listen,
  RelayError,
  surface,
  type Target,
} from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import type { Log } from '../output/log.ts';
import type { Fact, Reporter } from '../output/reporter.ts';
import { findRuntime } from '../process/runtime-folder.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { readAdminPlaces } from '../requests/admin-request.ts';
import type { Settings } from '../settings/settings.ts';
import { prepareAdminSocket } from './admin-socket.ts';

/** Whoever says `--admin` is going to ask: this long after the start, when there is time for it, what answers is loaded. */
const PREPARE_MS = 2_000;

export interface AdminContext extends Pick<AdminOptions, 'process' | 'snapshot'> {
  /** Called once somebody asks. */
  readonly lan: () => Promise<AdminOptions['lan']>;
  readonly settings: Settings;
  readonly surroundings: Surroundings;
}

/**
 * Where this process is asked how it is: at a socket of its user's, and where `--admin` says. What answers is loaded when somebody asks for
 * the first time, or, with `--admin`, soon after the start; until then it is a listening socket and the last events.
 */
export class AdminService {
  readonly #context: AdminContext;
  /** Undefined without `--admin`. */
  readonly #places: readonly Target[] | undefined;
  readonly #events = new RecentEvents();
  readonly #startedAt = systemClock.now();
  #loading: Promise<Admin> | undefined;
  #listeners: readonly Listener[] = [];
  #cancelPreparing: (() => void) | undefined;
  #isClosed = false;

  /** It does not listen yet. Throws a CliError where other machines could connect. */
  constructor(context: AdminContext) {
    this.#context = context;
    this.#places = readAdminPlaces(context.settings);
  }

  /** Rejects with a CliError that names the address of `--admin`. Where there can be no socket of the user's, the log says why. */
  async listen(reporter: Reporter, log: Log): Promise<void> {
    if (this.#places !== undefined) {
      this.#listeners = await this.#listenAt(this.#places);
      const at = this.#listeners.map(({ address }) => formatAdmin(address));
      reporter.tell(`admin on ${at.join(' and ')}`, { event: 'admin-listening', at });
      this.#cancelPreparing = systemClock.after(PREPARE_MS, () => void this.#prepare());
    }
    const { surroundings } = this.#context;
    try {
      const at = await prepareAdminSocket(findRuntime(surroundings), surroundings.pid);
      this.#listeners = [...this.#listeners, await this.#open(at)];
      log.debug({ at: at.path }, 'ambassador status finds this process');
    } catch (error) {
      log.debug({ reason: errorMessage(error) }, 'ambassador status does not find this process');
    }
  }

  publish(fact: Fact, line: string | readonly string[] | undefined): void {
    const [first] = typeof line === 'string' ? [line] : (line ?? []);
    this.#events.add(fact, systemClock.wallClock(), first);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelPreparing?.();
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    const admin = await this.#loading?.catch(() => undefined);
    admin?.close();
  }

  async #listenAt(places: readonly Target[]): Promise<readonly Listener[]> {
    const listeners: Listener[] = [];
    for (const at of places) {
      try {
        listeners.push(await this.#open(at));
      } catch (error) {
        // `localhost` is two addresses; a machine without IPv6 has one of them.
        if (listeners.length > 0 && isAbsentAddress(error)) continue;
        await Promise.all(listeners.map((listener) => listener.stop()));
        throw error instanceof RelayError ? explainError(error) : error;
      }
    }
    return listeners;
  }

  #open(at: Target): Promise<Listener> {
    // The admin itself shows out who is too many.
    const maxConnections = Number.POSITIVE_INFINITY;
    return listen({ at, maxConnections, onConnection: (socket) => void this.#serve(socket) });
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    try {
      (await this.#find()).serve(socket);
    } catch (error) {
      socket.destroy();
      surface(error);
    }
  }

  async #prepare(): Promise<void> {
    try {
      await (await this.#find()).prepare();
    } catch (error) {
      surface(error);
    }
  }

  #find(): Promise<Admin> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<Admin> {
    const { createAdmin } = await import('@mdns-ambassador/admin');
    const { process, snapshot, lan } = this.#context;
    return createAdmin({
      process,
      snapshot,
      lan: await lan(),
      startedAt: this.#startedAt,
      events: this.#events,
      clock: systemClock,
    });
  }
}

function explainError(error: RelayError): CliError {
  const exitCode = error.code === 'EACCES' || error.code === 'EPERM' ? EXIT_REFUSED : EXIT_USAGE;
  return new CliError(exitCode, `--admin: ${error.message}`, { cause: error });
}

function formatAdmin(address: Target): string {
  return address.kind === 'unix' ? formatTarget(address) : `http://${formatTarget(address)}/`;
}
