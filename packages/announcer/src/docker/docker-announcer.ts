import { isDeepStrictEqual } from 'node:util';
import { Recent } from '@mdns-ambassador/relay';
import { Announcement, type AnnouncementContext } from '../announcement.ts';
import type { AnnouncementStatus } from '../announcement-status.ts';
import { AnnouncerError } from '../announcer-error.ts';
import type { Container } from './container.ts';
import { Containers, type ContainersEvent } from './containers.ts';
import type { DockerClient } from './docker-client.ts';
import { type ContainerFault, reconcile, type WantedAnnouncement } from './reconcile.ts';

/** Faults remembered so as to be told once; the oldest is forgotten first. */
const MAX_FAULTS = 1_000;

export type DockerEvent =
  | ContainersEvent
  /** A container asks for what can't be done; told once. */
  | { readonly kind: 'container-refused'; readonly container: string; readonly reason: string };

export interface DockerAnnouncerOptions extends AnnouncementContext {
  readonly client: DockerClient;
  readonly hostName: string;
  /** Whether this host reaches a container's address directly. */
  readonly isNear: (address: string) => boolean;
  readonly onDockerEvent: (event: DockerEvent) => void;
}

interface AnnouncedContainer {
  readonly wanted: WantedAnnouncement;
  readonly announcement: Announcement;
}

/** Announces a host's containers as their labels ask for, each while it runs, is healthy and has not been told to end. */
export class DockerAnnouncer {
  readonly #options: DockerAnnouncerOptions;
  readonly #containers: Containers;
  readonly #standing = new Map<string, AnnouncedContainer>();
  /** Until they have said goodbye, their keys are taken. */
  readonly #leaving = new Map<string, Announcement>();
  readonly #told = new Recent<string, true>(MAX_FAULTS);
  #wanted: readonly WantedAnnouncement[] = [];
  #running: ReadonlySet<string> = new Set();
  #isStopping = false;

  constructor(options: DockerAnnouncerOptions) {
    this.#options = options;
    const { client, clock, onDockerEvent } = options;
    this.#containers = new Containers({
      client,
      clock,
      onChange: (containers, leaving) => this.#take(containers, leaving),
      onEvent: onDockerEvent,
    });
  }

  /** Rejects with an {@link AnnouncerError} when there is no daemon. Once. */
  async start(): Promise<void> {
    await this.#containers.start();
  }

  status(): readonly AnnouncementStatus[] {
    return [...this.#standing.values()].map(({ announcement }) => announcement.status());
  }

  /** Says goodbye for all, in order. Idempotent. */
  async drain(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#list()].map((announcement) => announcement.drain({ graceMs: 0, timeoutMs: 0 })));
  }

  /** Goodbyes, and ends at once. Idempotent. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#list()].map((announcement) => announcement.close()));
  }

  #stop(): void {
    this.#isStopping = true;
    this.#containers.close();
  }

  #list(): readonly Announcement[] {
    return [...[...this.#standing.values()].map(({ announcement }) => announcement), ...this.#leaving.values()];
  }

  #take(containers: readonly Container[], leaving: ReadonlySet<string>): void {
    const { hostName, isNear } = this.#options;
    const { wanted, faults } = reconcile(containers, { leaving, hostName, isNear });
    this.#running = new Set(containers.filter(({ state }) => state === 'running').map(({ id }) => id));
    this.#wanted = wanted;
    this.#tellFaults(faults);
    this.#apply();
  }

  #apply(): void {
    if (this.#isStopping) return;
    const byKey = new Map(this.#wanted.map((wanted) => [wanted.key, wanted]));
    for (const [key, standing] of this.#standing) {
      const wanted = byKey.get(key);
      if (wanted === undefined || !this.#goOn(standing, wanted)) this.#retire(key, standing);
      else this.#standing.set(key, { ...standing, wanted });
    }
    for (const wanted of byKey.values()) {
      if (!this.#standing.has(wanted.key) && !this.#leaving.has(wanted.key)) this.#begin(wanted);
    }
  }

  /** Whether what stands is what is wanted, now at the latest. */
  #goOn({ announcement, wanted: { options } }: AnnouncedContainer, wanted: WantedAnnouncement): boolean {
    if (isDeepStrictEqual(wanted.options, options)) return true;
    try {
      return announcement.change(wanted.options);
    } catch (error) {
      if (!(error instanceof AnnouncerError)) throw error;
      return false;
    }
  }

  /** One that still runs drains; one that is gone has nobody to wait for. */
  #retire(key: string, { announcement, wanted }: AnnouncedContainer): void {
    this.#standing.delete(key);
    this.#leaving.set(key, announcement);
    const isRunning = this.#running.has(wanted.containerId);
    let isFree = false;
    const free = (): void => {
      if (isFree) return;
      isFree = true;
      this.#leaving.delete(key);
      this.#apply();
    };
    const drain = { graceMs: 0, timeoutMs: 0, onGoodbye: free };
    void (isRunning ? announcement.drain(drain) : announcement.close()).then(free, free);
  }

  #begin(wanted: WantedAnnouncement): void {
    try {
      const announcement = new Announcement(wanted.options, this.#options);
      this.#standing.set(wanted.key, { wanted, announcement });
      // Only an ingress can fail to start, and containers have none.
      void announcement.start().catch(() => undefined);
    } catch (error) {
      if (!(error instanceof AnnouncerError)) throw error;
      this.#tellFaults([{ container: wanted.options.instance, reason: error.message }]);
    }
  }

  #tellFaults(faults: readonly ContainerFault[]): void {
    for (const fault of faults) {
      const key = `${fault.container} ${fault.reason}`;
      if (this.#told.has(key)) continue;
      this.#told.set(key, true);
      this.#options.onDockerEvent({ kind: 'container-refused', ...fault });
    }
  }
}
