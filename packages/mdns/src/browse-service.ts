import type { BrowseEvent } from './instance.ts';
import type { Browse, BrowseOptions } from './node.ts';
import { NamedInstances } from './rules/asking/named-instances.ts';
import { isGeneral, typesOf } from './service-type.ts';

/** What is looked for. */
export interface WantedService {
  /** `web` */
  readonly service: string;
  /** All that is announced as this type, whoever it is; absent: the service alone, under each type as which it may be announced. */
  readonly type?: string | undefined;
}

/** What can be browsed by type. */
export interface TypeBrowser {
  browse(options: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse;
}

/** Browses a service by its name, or one type. Throws an {@link MdnsError} for what can't be a type. */
export function browseService(
  browser: TypeBrowser,
  { service, type }: WantedService,
  onEvent: (event: BrowseEvent) => void,
): Browse {
  const types = type === undefined ? typesOf(service) : [type];
  const [only = service] = types;
  if (type !== undefined || (types.length === 1 && !isGeneral(service))) return browser.browse({ type: only }, onEvent);
  const named = new NamedInstances(service);
  let isClosed = false;
  const browses = types.map((each) =>
    browser.browse({ type: each }, (event) => {
      for (const told of named.take(event)) if (!isClosed) onEvent(told);
    }),
  );
  return {
    close() {
      isClosed = true;
      for (const browse of browses) browse.close();
    },
  };
}
