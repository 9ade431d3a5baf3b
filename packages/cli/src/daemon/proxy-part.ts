import type { Ambassador } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import type { PlannedProxy } from '../requests/plan.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';
import { composeAmbassador, composeProxy, openInjection, startListening } from './proxied.ts';

/** The proxy of one service. */
export class ProxyPart extends Part {
  readonly ambassador: Ambassador;

  /** Throws a CliError where credentials can't be had. */
  constructor(planned: PlannedProxy, context: PartContext) {
    const injection = openInjection(planned, context.injections);
    const proxy = composeProxy(planned, context, injection);
    const ambassador = composeAmbassador(proxy, context);
    super(
      {
        start: () => startListening(ambassador, proxy),
        async leave(timeoutMs, onRoom) {
          await ambassador.stopListening();
          onRoom();
          await ambassador.drain(timeoutMs);
        },
        close() {
          injection?.close();
          return ambassador.close();
        },
        drainTimeoutMs: planned.drainTimeoutMs,
      },
      systemClock,
    );
    this.ambassador = ambassador;
  }
}
