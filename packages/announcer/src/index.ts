export type { AnnouncementContext, DrainOptions } from './announcement.ts';
export type { AnnouncementOptions, AnnouncerEvent } from './announcement-options.ts';
export type { AnnouncementStatus, TxtJson } from './announcement-status.ts';
export { Announcer, type AnnouncerOptions } from './announcer.ts';
export { AnnouncerError, LoopbackOnlyError } from './announcer-error.ts';
export {
  COMMAND_NOT_EXECUTABLE_EXIT_CODE,
  COMMAND_NOT_FOUND_EXIT_CODE,
  Command,
  type CommandOptions,
  type CommandProcess,
  type SpawnCommand,
} from './command.ts';
export { type DockerAddress, parseDockerHost } from './docker/docker-address.ts';
export { DockerAnnouncer, type DockerAnnouncerOptions, type DockerEvent } from './docker/docker-announcer.ts';
export { createDockerClient, type DockerClient } from './docker/docker-client.ts';
export type { Publisher } from './held-publication.ts';
export type { Host } from './host.ts';
export { joinPublishers } from './registrars/joint-publisher.ts';
export { Registrar, type RegistrarEvent, type RegistrarOptions } from './registrars/registrar.ts';
export { AvahiResponder, type AvahiResponderOptions } from './responders/avahi.ts';
export { BonjourResponder, type BonjourResponderOptions } from './responders/bonjour-service.ts';
export { messageBusAt } from './responders/message-bus.ts';
export type { Responder, ResponderEvent } from './responders/responder.ts';
export { buildServiceOptions, type ServicePlacement } from './service-options.ts';
export { createSystemHost, type SystemHostOptions } from './system-host.ts';
