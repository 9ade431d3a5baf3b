import { escapeUnprintable } from '../printable.ts';
import type { LanLink, LanMachine, LanService, LanView, Sentence } from './lan-view.ts';

/** Longer names are cut. */
const LONGEST_NAME = 64;
/** More of one look are counted instead of told. */
const MAX_TOLD = 12;

/** What became of a network from one look to the next, as a person would say it, the first first. Pure. */
export function tellChanges(before: LanView, after: LanView): readonly Sentence[] {
  const names = new LanNames(before, after);
  const told = [
    ...tellMachines(before, after),
    ...tellServices(before, after, names),
    ...tellLinks(before, after, names),
  ];
  const sentences =
    told.length <= MAX_TOLD
      ? told
      : [...told.slice(0, MAX_TOLD), say('note', `and ${told.length - MAX_TOLD} more changes`)];
  return sentences.map((sentence) => ({ ...sentence, at: after.at }));
}

type ToldChange = Pick<Sentence, 'tone' | 'text'>;

function say(tone: Sentence['tone'], text: string): ToldChange {
  return { tone, text };
}

/** A machine that comes or goes with all that it offers is one sentence. */
function tellMachines(before: LanView, after: LanView): readonly ToldChange[] {
  // Who was heard of and shows itself now, or the other way round, is no other.
  const was = new Set(before.machines.map(({ name }) => name));
  const is = new Set(after.machines.map(({ name }) => name));
  const come = after.machines
    .filter(({ name, known }) => !was.has(name) && known !== 'dialled')
    .map((machine) => {
      const services = machine.services.map(({ service }) => service);
      const offers = services.length === 0 ? '' : ` and offers ${joinNames(services)}`;
      return say('good', `${cut(machine.name)} is here${offers}`);
    });
  const gone = before.machines
    .filter(({ name, known, services }) => !is.has(name) && known !== 'dialled' && services.length === 0)
    .map((machine) => say('bad', `${cut(machine.name)} went away`));
  return [...come, ...gone];
}

function tellServices(before: LanView, after: LanView, names: LanNames): readonly ToldChange[] {
  const was = indexServices(before);
  const is = indexServices(after);
  const told: ToldChange[] = [];
  for (const [id, { service }] of was) {
    if (service.state === 'known' || is.has(id)) continue;
    told.push(say('bad', `${names.service(id)} went away${tellMove(id, before, after, names)}`));
  }
  const machines = new Set(before.machines.map(({ id }) => id));
  for (const [id, { machine, service }] of is) {
    const known = was.get(id)?.service;
    if (known === undefined) {
      if (service.state !== 'known' && machines.has(machine.id))
        told.push(say('good', `${names.service(id)} is offered now`));
    } else if (known.state !== service.state) {
      const text = describeState(known.state, service.state);
      if (text !== undefined) told.push(say(text.tone, `${names.service(id)} ${text.text}`));
    }
  }
  return told;
}

function describeState(from: LanService['state'], to: LanService['state']): ToldChange | undefined {
  switch (to) {
    case 'announced':
      return from === 'withdrawn' ? say('good', 'answers again') : undefined;
    case 'withdrawn':
      return say('bad', 'does not answer its check and is withdrawn');
    case 'draining':
      return say('note', 'is leaving');
    case 'probing':
    case 'known':
      return undefined;
    default:
      return to satisfies never;
  }
}

function tellLinks(before: LanView, after: LanView, names: LanNames): readonly ToldChange[] {
  const was = new Map(before.links.map((link) => [link.id, link]));
  return after.links.flatMap((link) => {
    const known = was.get(link.id);
    if (known === undefined || known.state === link.state) return [];
    const [from, target] = [names.machine(link.from), names.service(link.target)];
    switch (link.state) {
      case 'ejected':
        return [say('bad', `${from} can't reach ${target}${tellMove(link.target, before, after, names, link.from)}`)];
      case 'ready':
        return known.state === 'draining' ? [] : [say('good', `${from} reaches ${target} again`)];
      case 'stale':
        return [say('note', `${target} was lost sight of; ${from} uses it while it answers`)];
      case 'draining':
      case 'probation':
        return [];
      default:
        return link.state satisfies never;
    }
  });
}

/** Where the connections of an instance that is lost went, as far as it is seen: those that are open elsewhere now, and were not. */
function tellMove(target: string, before: LanView, after: LanView, names: LanNames, from?: string): string {
  const lost = before.links.filter((link) => link.target === target && (from === undefined || link.from === from));
  if (lost.length === 0) return '';
  const was = new Map(before.links.map((link) => [link.id, link]));
  const isSibling = (link: LanLink): boolean =>
    link.target !== target && lost.some((one) => one.from === link.from && one.service === link.service);
  const others = after.links.filter((link) => isSibling(link) && link.state !== 'ejected');
  if (others.length === 0) return `; nobody else offers ${cut(lost[0]?.service ?? '')}`;
  const gains = others.map((link) => ({ link, count: Math.max(0, link.active - (was.get(link.id)?.active ?? 0)) }));
  const open = lost.reduce((sum, link) => sum + link.active, 0);
  const moved = Math.min(
    open,
    gains.reduce((sum, { count }) => sum + count, 0),
  );
  const where = moved > 0 ? gains.filter(({ count }) => count > 0).map(({ link }) => link) : others;
  const whither = joinNames([...new Set(where.map((link) => names.service(link.target)))]);
  if (moved === 0) return `; connections go to ${whither} now`;
  return `; ${moved} ${moved === 1 ? 'connection' : 'connections'} moved to ${whither}`;
}

/** What things are called. An instance that does not say where it is has its machine's name behind it. */
class LanNames {
  readonly #services: ReadonlyMap<string, { readonly machine: LanMachine; readonly service: LanService }>;
  readonly #machines: ReadonlyMap<string, LanMachine>;

  constructor(before: LanView, after: LanView) {
    this.#services = new Map([...indexServices(before), ...indexServices(after)]);
    this.#machines = new Map([...before.machines, ...after.machines].map((machine) => [machine.id, machine]));
  }

  machine(id: string): string {
    return cut(this.#machines.get(id)?.name ?? id);
  }

  service(id: string): string {
    const found = this.#services.get(id);
    if (found === undefined) return cut(id);
    const { machine, service } = found;
    const name = cut(service.instance);
    return name.includes(' on ') || name.includes(' at ') ? name : `${name} on ${cut(machine.name)}`;
  }
}

function indexServices(view: LanView): Map<string, { readonly machine: LanMachine; readonly service: LanService }> {
  return new Map(
    view.machines.flatMap((machine) => machine.services.map((service) => [service.id, { machine, service }] as const)),
  );
}

function joinNames(names: readonly string[]): string {
  const [shown, rest] = [names.slice(0, 3).map(cut), names.length - 3];
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

function cut(name: string): string {
  return escapeUnprintable(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
}
