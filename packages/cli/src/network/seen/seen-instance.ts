/** Of a link more than this is neither kept nor offered. */
export const MOST_SEEN = 512;
const LONGEST_NAME = 255;

/** What is on the link, as far as completion is concerned. Both are words of the network. */
export interface SeenInstance {
  readonly service: string;
  /** Absent where only the service is known. */
  readonly instance?: string;
}

/** Reads what a file or another process says: anything. */
export function readSeenInstances(entries: unknown): readonly SeenInstance[] {
  return listObjects(entries).flatMap(({ service, instance }) => {
    if (!isName(service)) return [];
    return [isName(instance) ? { service, instance } : { service }];
  });
}

/** The objects of a list; empty where it is none. */
export function listObjects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  const list: readonly unknown[] = value.slice(0, MOST_SEEN);
  return list.map(readObject).filter((each) => each !== undefined);
}

/** Undefined where it is none. */
export function readObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}
