import { expect } from 'vitest';
import { spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahi, startAvahi } from './peers/avahi.ts';

const RESTARTS_EACH = 5;

/** As it is told to scripts. */
interface Announced {
  readonly instance: string;
  readonly host: string;
}

await labTest(
  'a service that is killed or stopped keeps its name and its host while a reflector answers from its cache',
  { hosts: 2, needs: avahi.needs },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startAvahi(h2, { isReflector: true });
    await startProgram(h1, 'service', '7000', 'web');
    const seen: Announced[] = [];
    for (const signal of [...Array(RESTARTS_EACH).fill('SIGKILL'), ...Array(RESTARTS_EACH).fill('SIGTERM')]) {
      const announcing = spawnAmbassador(h1, ['announce', 'web:7000', '--name', 'web one', '--json']);
      const [line] = await announcing.line(/^.*"event":"announced".*$/, { stream: 'stdout' });
      seen.push(JSON.parse(line));
      await announcing.stop(signal);
    }
    expect(new Set(seen.map(({ instance }) => instance))).toEqual(new Set(['web one']));
    expect(new Set(seen.map(({ host }) => host)).size).toBe(1);
  },
);
