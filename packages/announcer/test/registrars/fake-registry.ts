import type { EntryEvent, FolderWatch, HeldEntry, Registry } from '@mdns-ambassador/registries';

/** Writes at once what it is given, unless it is down, and notes in order what was asked of it. */
export class FakeRegistry implements Registry {
  readonly calls: string[] = [];
  readonly entries = new Map<string, string>();
  reason: string | undefined;
  readonly #listeners = new Set<(event: EntryEvent) => void>();

  follow(): FolderWatch {
    throw new Error('a registrar reads nothing');
  }

  hold(folder: string, name: string, onEvent: (event: EntryEvent) => void): HeldEntry {
    const path = `${folder}/${name}`;
    this.#listeners.add(onEvent);
    const remove = async (): Promise<void> => {
      this.calls.push(`remove ${path}`);
      this.entries.delete(path);
    };
    return {
      write: (value) => {
        if (this.entries.get(path) === value) return;
        this.calls.push(`write ${path}`);
        if (this.reason !== undefined) onEvent({ kind: 'lost', reason: this.reason });
        else {
          this.entries.set(path, value);
          onEvent({ kind: 'written', value });
        }
      },
      withdraw: remove,
      release: remove,
    };
  }

  lose(reason: string): void {
    for (const onEvent of this.#listeners) onEvent({ kind: 'lost', reason });
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
