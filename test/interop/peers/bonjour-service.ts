import { spawnProgram, startProgram } from '../../ambassador.ts';
import type { InteropPeer } from './interop-peer.ts';
import { watchJson } from './json-watch.ts';

export const bonjourService: InteropPeer = {
  name: 'bonjour-service',
  needs: [],
  // It takes a dot for the end of the name, and loses a key whose value is empty.
  service: { instance: 'Küche und Bad', type: '_thing._tcp', port: 7000, txt: { colour: 'green', path: '/a=b' } },
  prepare: async () => {},
  publish: async (host, service) => await startProgram(host, 'bonjour-peer', 'publish', JSON.stringify(service)),
  watch: async (host, type) => {
    const browsing = spawnProgram(host, 'bonjour-peer', 'watch', type);
    await browsing.line(/^ready/);
    return watchJson(browsing);
  },
};
