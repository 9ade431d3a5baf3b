import { isObject, isTextUpTo, readList, type Unknowns } from '@mdns-ambassador/relay/read-value';

/** Of a link more than this is neither kept nor offered. */
export const MOST_SEEN = 512;
const LONGEST_NAME = 255;

/** What is on the link, as far as completion is concerned. Both are words of the network. */
export interface SeenName {
  readonly service: string;
  /** Absent where only the service is known. */
  readonly instance?: string;
}

/** Reads what a file or another process says: anything. */
export function readSeenInstances(entries: unknown): readonly SeenName[] {
  return listObjects(entries).flatMap(({ service, instance }) => {
    if (!isName(service)) return [];
    return [isName(instance) ? { service, instance } : { service }];
  });
}

/** The objects of a list; empty where it is none. */
export function listObjects(value: unknown): readonly Unknowns[] {
  return readList(value, MOST_SEEN, (each) => (isObject(each) ? each : undefined)) ?? [];
}

function isName(value: unknown): value is string {
  return isTextUpTo(value, LONGEST_NAME) && value !== '';
}
