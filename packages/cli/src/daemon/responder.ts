import { hostname } from 'node:os';
import type { RegistrarEvent } from '@mdns-ambassador/announcer';
import {
  AnnouncerError,
  AvahiResponder,
  BonjourResponder,
  messageBusAt,
  type Responder,
  type ResponderEvent,
} from '@mdns-ambassador/announcer';
import { type NodeEvent, type SystemNetwork, systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import { createLocalNetwork, startNode } from '../network/local-network.ts';
import type { ResponderName } from '../options/announce-options.ts';
import type { Targets } from '../requests/announce-request.ts';
import { addRegistrars } from './registrars.ts';
import type { Speaker } from './speaker.ts';

/** D-Bus specification, "Well-known Message Bus Instances". */
const SYSTEM_BUS = 'unix:path=/var/run/dbus/system_bus_socket';

export interface SpeakerOptions {
  readonly targets: Targets;
  readonly responder: ResponderName;
  readonly interfaceNames: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** Draws the label of the host, alike at each start. */
  readonly drawLabel: () => number;
  readonly onNodeEvent: (event: NodeEvent) => void;
  readonly onResponderEvent: (event: ResponderEvent) => void;
  readonly onRegistrarEvent: (event: RegistrarEvent) => void;
}

export function createSpeaker(options: SpeakerOptions): Speaker {
  const { targets, interfaceNames, platform, onRegistrarEvent } = options;
  const speaker = targets.isMdns ? createMdnsSpeaker(options) : undefined;
  if (speaker !== undefined && targets.registries.length === 0) return speaker;
  const network = speaker?.network ?? systemNetwork({ interfaceNames, platform });
  return addRegistrars(speaker, targets.registries, network, onRegistrarEvent);
}

function createMdnsSpeaker(options: SpeakerOptions): Speaker {
  const { responder, interfaceNames, platform, env, drawLabel, onResponderEvent: onEvent } = options;
  if (responder === 'native') {
    const local = createLocalNetwork(interfaceNames, platform, options.onNodeEvent, { drawLabel });
    const { network, node } = local;
    return {
      network,
      publisher: node,
      counters: () => node.counters,
      start: () => startNode(local),
      close: () => node.close(),
    };
  }
  const network = systemNetwork({ interfaceNames, platform });
  const interfaces = () => network.interfaces();
  switch (responder) {
    case 'avahi': {
      const connect = messageBusAt(env.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM_BUS);
      return speakThrough(new AvahiResponder({ connect, clock: systemClock, interfaces, onEvent }), network);
    }
    case 'bonjour-service': {
      const hostName = hostname();
      return speakThrough(
        new BonjourResponder({ clock: systemClock, random: drawLabel, hostName, interfaces, onEvent }),
        network,
      );
    }
    default:
      return responder satisfies never;
  }
}

function speakThrough(responder: Responder, network: SystemNetwork): Speaker {
  return {
    network,
    publisher: responder,
    counters: () => undefined,
    start: async () => {
      try {
        await responder.start();
      } catch (error) {
        if (!(error instanceof AnnouncerError)) throw error;
        throw new CliError(EXIT_UNAVAILABLE, error.message, { cause: error });
      }
    },
    close: () => responder.close(),
  };
}
