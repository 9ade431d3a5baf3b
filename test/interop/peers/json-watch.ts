import type { HostProcess } from '@mdns-ambassador/testkit';
import type { FoundService, Watch } from './interop-peer.ts';

type WatchEvent =
  | { readonly event: 'added' | 'updated'; readonly service: FoundService }
  | { readonly event: 'removed'; readonly instance: string };

/** Of a program that prints an event a line. */
export function watchJson(browsing: HostProcess): Watch {
  const next = async (): Promise<WatchEvent> => JSON.parse((await browsing.line(/^\{.*\}$/))[0]);
  return {
    found: async (instance) => {
      for (;;) {
        const event = await next();
        if (event.event !== 'removed' && event.service.instance === instance) {
          return event.service;
        }
      }
    },
    lost: async (instance) => {
      for (;;) {
        const event = await next();
        if (event.event === 'removed' && event.instance === instance) {
          return;
        }
      }
    },
  };
}
