import type { Place } from '@mdns-ambassador/relay';

export const ZOOKEEPER_PORT = 2181;

/** A member of an ensemble. */
export type ZooKeeperServer = Place;
