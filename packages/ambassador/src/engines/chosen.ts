import type { ProxyOptions } from '../proxy-options.ts';
import type { EndpointPicker, Engine, EngineEvent, EngineSurroundings } from './engine.ts';
import { createHaproxyEngine } from './haproxy.ts';
import { createDrivenEngine } from './haproxy-driven.ts';
import { createNftablesEngine } from './nftables.ts';
import { createNodeEngine } from './node.ts';

/** The engine that the proxy's options name; engine node where they name none. A `CreateEngine`. */
export function createChosenEngine(
  options: ProxyOptions,
  picker: EndpointPicker,
  onEvent: (event: EngineEvent) => void,
  surroundings: EngineSurroundings,
): Engine {
  const { engine } = options;
  switch (engine?.kind) {
    case undefined:
    case 'node':
      return createNodeEngine(options, picker, onEvent, surroundings);
    case 'nftables':
      return createNftablesEngine(options, picker, onEvent, surroundings);
    case 'haproxy':
      return engine.driven === undefined
        ? createHaproxyEngine(options, picker, onEvent)
        : createDrivenEngine({ ...engine.driven, balance: options.balance }, picker, onEvent);
    default:
      return engine satisfies never;
  }
}
