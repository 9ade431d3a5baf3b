import type { CredentialEvent, SecretFileEvent } from '@mdns-ambassador/credentials';
import { escapeSentence, escapeText } from './escape.ts';

/** What people should know of the credentials of a service. */
export function describeCredentialEvent(service: string, event: CredentialEvent): string {
  switch (event.kind) {
    case 'refused':
      return `${service}: ${escapeText(event.destination)} refuses the credentials: ${escapeSentence(event.reason)}`;
    case 'outdated':
      return `${service}: ${escapeText(event.destination)} refuses the new secret and takes the one before: change it there, or put the file right`;
    case 'unproven':
      return `${service}: ${escapeText(event.destination)} has not shown who it is, and is told no credentials`;
    case 'stranger':
      return `${service}: user ${event.uid} of this machine holds ${escapeText(event.destination)}, and is told no credentials: it may be somebody who took the service's port; if it is the service, write serviceUser: ${event.uid} in the credentials`;
    case 'tls-client':
      return `${service}: a client speaks TLS to the local port, which is plain; switch TLS off in the application`;
    case 'foreign':
      return `${service}: a request was not passed on with the credentials: ${escapeSentence(event.reason)}`;
    case 'fault':
      return `${service}: an error of ours ended a client's connection to ${escapeText(event.destination)}: ${escapeSentence(event.reason)}; please report it`;
    case 'moved':
      return `${service}: the cluster sends clients to ${escapeText(event.to)}, past this proxy and without credentials; use one node's slots, or a cluster-aware client inside the mesh`;
    default:
      return event satisfies never;
  }
}

/** What became of a secret's file. */
export function describeSecretEvent(service: string, event: SecretFileEvent): string {
  switch (event.kind) {
    case 'secret-changed':
      return `${service}: the secret in ${escapeText(event.name)} has changed, new connections use it`;
    case 'secret-ends-blank':
      return `${service}: ${escapeText(event.name)} ends with a blank, which is taken for a part of the secret: take it away if it is none (cmd's echo writes one before >)`;
    case 'secret-unreadable':
      return `${service}: the secret stays as it was: ${escapeSentence(event.reason)}`;
    default:
      return event satisfies never;
  }
}
