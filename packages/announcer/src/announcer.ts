import type { DrainOutcome } from '@mdns-ambassador/relay';
import { Announcement, type AnnouncementContext, type DrainOptions } from './announcement.ts';
import type { AnnouncementOptions } from './announcement-options.ts';
import type { AnnouncementStatus } from './announcement-status.ts';

export interface AnnouncerOptions extends AnnouncementContext {
  readonly announcements: readonly AnnouncementOptions[];
}

/** Announces services of this machine; each lives on its own, whatever its siblings meet. */
export class Announcer {
  readonly #announcements: readonly Announcement[];

  /** Throws an AnnouncerError that names the option which is out of bounds. */
  constructor({ announcements, ...context }: AnnouncerOptions) {
    this.#announcements = announcements.map((options) => new Announcement(options, context));
  }

  /**
   * Claims every name and begins to look; does not wait for a check to pass. Rejects, with everything closed, when a door can't
   * listen. Idempotent.
   */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#announcements.map((announcement) => announcement.start()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** CONTRACT 3's `announcements`, in the order of the options. */
  status(): readonly AnnouncementStatus[] {
    return this.#announcements.map((announcement) => announcement.status());
  }

  /** One of the services goes on with these options (see {@link Announcement.change}); false where none can. */
  change(options: AnnouncementOptions): boolean {
    return this.#announcements.some((announcement) => announcement.change(options));
  }

  /** Leaves without losing a connection (see {@link Announcement}); what became of them, summed up. Idempotent. */
  async drain(options: DrainOptions): Promise<DrainOutcome> {
    const outcomes = await Promise.all(this.#announcements.map((announcement) => announcement.drain(options)));
    return {
      finished: outcomes.reduce((sum, { finished }) => sum + finished, 0),
      reset: outcomes.reduce((sum, { reset }) => sum + reset, 0),
    };
  }

  /** Goodbyes, then ends at once; nothing fires after it has resolved. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#announcements.map((announcement) => announcement.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
