import type { DockerEvent } from '@mdns-ambassador/announcer';
import { escapeSentence } from './escape.ts';
import { quoteName } from './phrases.ts';

/** What became of the Docker daemon and its containers, for people. */
export function describeDockerEvent(event: DockerEvent): string {
  switch (event.kind) {
    case 'docker-connected':
      return 'following the containers of this host';
    case 'docker-lost':
      return `the Docker daemon is lost, what is announced stays: ${escapeSentence(event.reason)}`;
    case 'container-refused':
      return `container ${quoteName(event.container)} is not announced as asked: ${escapeSentence(event.reason)}`;
    default:
      return event satisfies never;
  }
}
