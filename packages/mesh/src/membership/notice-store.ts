import { makeFolders } from '@mdns-ambassador/relay';
import { readNoticeFile, writeNoticeFile } from './notice-file.ts';
import type { Notices } from './notices.ts';

export interface NoticeStoreOptions {
  readonly notices: Notices;
  /** For what is to last; made where it is missing. */
  readonly folder: string;
  /** The meshes that this process belongs to, at any time. */
  readonly meshIds: () => readonly string[];
  /** It can't be kept. Once. */
  readonly onFailure: (error: unknown) => void;
}

/** Keeps what keepers have said over restarts, and for the other processes of this machine. */
export class NoticeStore {
  readonly #options: NoticeStoreOptions;
  readonly #unlisten: () => void;
  #hasFailed = false;

  /** Takes in what is kept. */
  constructor(options: NoticeStoreOptions) {
    this.#options = options;
    this.#makeFolder();
    this.#unlisten = options.notices.onChange(() => this.#save());
    this.load();
  }

  /** Takes in what others have written meanwhile, and adds what they do not have. */
  load(): void {
    const { notices, folder, meshIds } = this.#options;
    notices.take(meshIds().flatMap((meshId) => readNoticeFile(folder, meshId)));
    this.#save();
  }

  close(): void {
    this.#unlisten();
  }

  /** There is something to watch, before anything is kept. */
  #makeFolder(): void {
    try {
      makeFolders(this.#options.folder, 0o700);
    } catch {
      // Told of when there is something to keep.
    }
  }

  /** What is written already is left alone: others watch it. */
  #save(): void {
    const { notices, folder, meshIds, onFailure } = this.#options;
    for (const meshId of meshIds()) {
      const texts = notices.list.list().flatMap((notice) => (notice.meshId === meshId ? [notice.text] : []));
      if (texts.toSorted().join('\n') === readNoticeFile(folder, meshId).toSorted().join('\n')) continue;
      try {
        writeNoticeFile(folder, meshId, texts);
      } catch (error) {
        if (!this.#hasFailed) onFailure(error);
        this.#hasFailed = true;
      }
    }
  }
}
