/** One value in a folder of a registry. */
export interface RegistryEntry {
  /** Within its folder. */
  readonly name: string;
  readonly value: string;
}

export type FolderEvent =
  /** Every entry, as it is now. `isMissing`: there is no such folder, so there is nobody. */
  | { readonly kind: 'read'; readonly entries: readonly RegistryEntry[]; readonly isMissing: boolean }
  /** The registry can't be asked: what was read may have changed since. It is read again as soon as that works. */
  | { readonly kind: 'lost'; readonly reason: string };

/** A folder that is being followed. */
export interface FolderWatch {
  /** Reads again at once, where the registry can be asked; what is found is told if it changed. */
  refresh(): void;
  /** Nothing is told after this. Idempotent. */
  close(): void;
}

export type EntryEvent =
  /** It stands there. Told anew with another value, and after it was lost. */
  | { readonly kind: 'written'; readonly value: string }
  /** It can't be written, or may be there no more; it is written again as soon as that works. Told once for each reason. */
  | { readonly kind: 'lost'; readonly reason: string };

/** An entry that stands in the registry as long as this process lives and wants it to; at first it does not. */
export interface HeldEntry {
  write(value: string): void;
  /** Takes it out. Resolves once it is gone, or when that takes too long: then it goes as soon as that works. */
  withdraw(): Promise<void>;
  /** The same, and for good. Idempotent. */
  release(): Promise<void>;
}

/** Somewhere services are written down. Reconnects by itself, with growing waits; one that is down throws nothing. */
export interface Registry {
  /** Tells what is there, first and after every change; never within the call. Loss is told too, first and last. */
  follow(folder: string, onEvent: (event: FolderEvent) => void): FolderWatch;
  /** An entry which, once it is written, vanishes by itself some seconds after this process is gone. */
  hold(folder: string, name: string, onEvent: (event: EntryEvent) => void): HeldEntry;
  /** Takes the entries out and ends every connection; nothing is told once it is called. Bounded in time. Idempotent. */
  close(): Promise<void>;
}

/** Entries of one folder that are read; the pool takes no more of one source. */
export const MAX_ENTRIES = 1_024;
/** A value that is longer is none of ours. */
export const MAX_VALUE_BYTES: number = 64 * 1024;

/** Stands for the service's name in a folder. */
export const SERVICE_PLACEHOLDER = '{service}';

/** The folder in which the places of one service stand: who writes them and who reads them must find the same. */
export function folderOfService(folder: string, service: string): string {
  return folder.replaceAll(SERVICE_PLACEHOLDER, service);
}
