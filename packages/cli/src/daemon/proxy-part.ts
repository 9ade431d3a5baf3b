import type { Ambassador } from '@mdns-ambassador/ambassador';
import type { KnownProxy } from '@mdns-ambassador/dns';
import { typeOf } from '@mdns-ambassador/mdns';
import { LOOPBACK_OF_ANY, parsePlace } from '@mdns-ambassador/relay';
import type { PlannedProxy } from '../requests/plan.ts';
import { openWorkforce } from './open-workforce.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';
import { composeAmbassador, composeProxy, openInjection, startListening } from './proxied.ts';

/** The proxy of one service. */
export class ProxyPart extends Part {
  readonly ambassador: Ambassador;
  readonly #type: string;

  /** Throws a CliError where credentials can't be had. */
  constructor(planned: PlannedProxy, context: PartContext) {
    const injection = openInjection(planned, context.injections);
    const workforce = planned.workers === 1 ? undefined : openWorkforce(planned, context);
    const own = composeProxy(planned, context, injection, workforce);
    const proxy = workforce?.listenIn(own) ?? own;
    const ambassador = composeAmbassador(proxy, context, workforce?.createEngine);
    const unfollow = workforce === undefined ? undefined : context.injections.follow(() => workforce.refresh());
    super({
      start: () => startListening(ambassador, proxy, context),
      async leave(timeoutMs, onRoom) {
        await ambassador.stopListening();
        onRoom();
        await ambassador.drain(timeoutMs);
      },
      close() {
        unfollow?.();
        injection?.close();
        return ambassador.close();
      },
      drainTimeoutMs: planned.drainTimeoutMs,
    });
    this.ambassador = ambassador;
    this.#type = planned.type ?? typeOf(planned.service);
  }

  /** Where programs of this machine reach it by a name; undefined where that is a path, or elsewhere. */
  describeName(): KnownProxy | undefined {
    const [status] = this.ambassador.status();
    const places = (status?.listen ?? []).flatMap((place) => parsePlace(place) ?? []);
    const [first] = places;
    if (status === undefined || first === undefined) return undefined;
    const addresses = places.filter(({ port }) => port === first.port).map(({ host }) => LOOPBACK_OF_ANY[host] ?? host);
    return { service: status.service, type: this.#type, port: first.port, addresses };
  }
}
