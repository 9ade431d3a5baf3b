import type { DockerEvent } from '@mdns-ambassador/announcer';
import { escapeText } from './escape.ts';
import { quoteName } from './phrases.ts';

/** What became of the Docker daemon and its containers, for people. */
export function describeDockerEvent(event: DockerEvent): string {
  switch (event.kind) {
    case 'docker-connected':
      return 'following the containers of this host';
    case 'docker-lost':
      return `the Docker daemon is lost, what is announced stays: ${escapeText(event.reason)}`;
    case 'container-refused':
      return `container ${quoteName(event.container)} is not announced as asked: ${escapeText(event.reason)}`;
    default:
      return event satisfies never;
  }
}
