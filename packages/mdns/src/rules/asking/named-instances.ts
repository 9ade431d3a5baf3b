import type { BrowseEvent, Instance } from '../../instance.ts';
import { isSameService, readService, typeOf } from '../../service-type.ts';

interface NamedInstance {
  readonly instance: Instance;
  /** False: who listens there is told under the registered type. */
  isTold: boolean;
}

/** Who is said to listen at one port of one host. */
interface NamedPlace {
  readonly registered: Set<string>;
  readonly others: Set<string>;
}

/**
 * The instances of one service, by its name, among those of all types as which it may be announced. Whoever is of another service is
 * none: a type such as `_http._tcp` is shared with every device that has a page. One that is announced as several types is told once, as
 * the registered one. Pure.
 */
export class NamedInstances {
  readonly #service: string;
  readonly #type: string;
  /** Those of the service, by type, name and link. Bounded by what is browsed. */
  readonly #known: Map<string, NamedInstance> = new Map();
  readonly #places: Map<string, NamedPlace> = new Map();

  constructor(service: string) {
    this.#service = service;
    this.#type = typeOf(service);
  }

  /** What follows from an event of one of the types' browses. `removed` carries the instance as it is now: of another service, perhaps. */
  take(event: BrowseEvent): readonly BrowseEvent[] {
    const { instance } = event;
    const key = keyOf(instance);
    const before = this.#known.get(key);
    if (before !== undefined) this.#forget(key, before.instance);
    const isThere = event.kind !== 'removed' && isSameService(readService(instance), this.#service);
    const isTold = isThere && (this.#isRegistered(instance) || !this.#isRegisteredAt(instance));
    if (isThere) this.#note(key, { instance, isTold });
    return [
      ...this.#tell(event, before?.isTold === true, isTold, isThere),
      ...(before === undefined ? [] : this.#lookAgain(before.instance)),
      ...(isThere ? this.#lookAgain(instance) : []),
    ];
  }

  #tell(event: BrowseEvent, wasTold: boolean, isTold: boolean, isThere: boolean): readonly BrowseEvent[] {
    const { kind, instance } = event;
    if (isTold && wasTold) return [this.#mark(event)];
    if (isTold) {
      const added = this.#mark({ kind: 'added', instance });
      return kind === 'leaving' ? [added, this.#mark(event)] : [added];
    }
    if (!wasTold) return [];
    if (kind === 'removed') return [this.#mark(event)];
    return [this.#mark({ kind: 'removed', instance, lost: isThere ? 'expired' : 'goodbye' })];
  }

  /** Those at the instance's place who are announced as another type, now that it came or left. */
  #lookAgain(instance: Instance): readonly BrowseEvent[] {
    if (!this.#isRegistered(instance)) return [];
    const isTold = !this.#isRegisteredAt(instance);
    return [...(this.#places.get(placeOf(instance))?.others ?? [])].flatMap((key): readonly BrowseEvent[] => {
      const known = this.#known.get(key);
      if (known === undefined || known.isTold === isTold) return [];
      known.isTold = isTold;
      const { instance: other } = known;
      return [this.#mark(isTold ? { kind: 'added', instance: other } : removedFor(other))];
    });
  }

  #note(key: string, known: NamedInstance): void {
    this.#known.set(key, known);
    const at = placeOf(known.instance);
    const place = this.#places.get(at) ?? { registered: new Set(), others: new Set() };
    this.#places.set(at, place);
    this.#sideOf(place, known.instance).add(key);
  }

  #forget(key: string, instance: Instance): void {
    this.#known.delete(key);
    const at = placeOf(instance);
    const place = this.#places.get(at);
    if (place === undefined) return;
    this.#sideOf(place, instance).delete(key);
    if (place.registered.size + place.others.size === 0) this.#places.delete(at);
  }

  #sideOf(place: NamedPlace, instance: Instance): Set<string> {
    return this.#isRegistered(instance) ? place.registered : place.others;
  }

  #isRegistered({ type }: Instance): boolean {
    return type.toLowerCase() === this.#type;
  }

  #isRegisteredAt(instance: Instance): boolean {
    return (this.#places.get(placeOf(instance))?.registered.size ?? 0) > 0;
  }

  /** Names are unique within one type alone: with those of another the type goes, in the place of the link. */
  #mark(event: BrowseEvent): BrowseEvent {
    const { instance } = event;
    if (this.#isRegistered(instance)) return event;
    const link = instance.link === undefined ? instance.type : `${instance.type} ${instance.link}`;
    return { ...event, instance: { ...instance, link } };
  }
}

/** It goes on being told, as the registered type. */
function removedFor(instance: Instance): BrowseEvent {
  return { kind: 'removed', instance, lost: 'expired' };
}

function keyOf({ type, name, link = '' }: Instance): string {
  return `${type.toLowerCase()}/${name}/${link}`;
}

function placeOf({ host, port }: Instance): string {
  return `${host.toLowerCase()}:${port}`;
}
