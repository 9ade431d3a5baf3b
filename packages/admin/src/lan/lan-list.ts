import { escapeHtml } from '../escape-html.ts';
import type { LanLink, LanMachine, LanService, LanView, Sentence } from './lan-view.ts';

const MODES = { open: 'open', mesh: 'in a mesh' } as const;

const SERVICES: Readonly<Record<LanService['state'], string>> = {
  announced: 'announced',
  probing: 'about to be announced',
  withdrawn: 'withdrawn: does not answer its check',
  draining: 'leaving',
  known: 'dialled, not announced',
};

const LINKS: Readonly<Record<LanLink['state'], string>> = {
  ready: 'in use',
  probation: 'gets another try',
  ejected: 'not reached',
  draining: 'leaving',
  stale: 'lost sight of, used while it answers',
};

/** The whole network as a list, as HTML: for who has no script, and for who does not see the picture. */
export function drawLanList({ machines, links }: LanView): string {
  const names = new Map(
    machines.flatMap((machine) => machine.services.map(({ id, instance }) => [id, { instance, machine }] as const)),
  );
  const drawLink = (link: LanLink): string => {
    const target = names.get(link.target);
    const where = target === undefined ? link.service : `${target.instance} (${target.machine.name})`;
    return `<li>${escapeHtml(link.service)} from <b>${escapeHtml(where)}</b>: ${LINKS[link.state]}, ${link.active} open, ${link.total} carried, ${link.failures} failed</li>`;
  };
  const drawMachine = (machine: LanMachine): string => {
    const own = links.filter(({ from }) => from === machine.id);
    return `<article>
<h3>${escapeHtml(machine.name)}${machine.known === 'self' ? ' (this machine)' : ''}</h3>
<p>${escapeHtml(describeMachine(machine))}</p>
<ul>
${[...machine.services.map(drawService), ...own.map(drawLink)].join('\n')}
</ul>
</article>`;
  };
  return `<h2>Who is there: ${count(machines.length, 'machine')}, ${count(names.size, 'service')}, ${count(links.length, 'connection')} between them</h2>
<div class="machines">
${machines.map(drawMachine).join('\n')}
</div>`;
}

export function drawSentence({ at, tone, text }: Sentence): string {
  const time = new Date(at).toISOString();
  return `<li class="${tone}"><time datetime="${time}">${time.slice(11, 19)} UTC</time> ${escapeHtml(text)}</li>`;
}

function drawService({ service, instance, port, state }: LanService): string {
  return `<li>offers ${escapeHtml(service)} as <b>${escapeHtml(instance)}</b>, port ${port}: ${SERVICES[state]}</li>`;
}

function describeMachine({ platform, versions, modes, addresses }: LanMachine): string {
  const program = versions.length === 0 ? [] : [`ambassador ${versions.join(', ')}`];
  const facts = [platform, ...program, ...modes.map((mode) => MODES[mode]), addresses[0]];
  return facts.filter((fact) => fact !== undefined).join(' · ');
}

function count(number: number, one: string): string {
  return `${number} ${number === 1 ? one : `${one}s`}`;
}
