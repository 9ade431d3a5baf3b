import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { InstanceProcess } from '../../../src/commands/demo/instance-process.ts';
import { Stage } from '../../../src/commands/demo/stage.ts';
import { DemoStopped, DemoStory } from '../../../src/commands/demo/story.ts';
import { createPrinter } from '../../../src/output/printer.ts';

/** Its instances are announced at once, without processes. */
class EmptyStage extends Stage {
  override addInstance(name: string): InstanceProcess {
    const nothing = (): void => undefined;
    return { name, pid: 1, announced: Promise.resolve(1_024), gone: Promise.resolve(0), kill: nothing, leave: nothing };
  }
}

test('what was awaited leaves nothing at the signal, of which Node 20 would warn at eleven', async () => {
  const stop = new AbortController();
  const listeners: number[] = [];
  const out = createPrinter(
    {
      write(text) {
        listeners.push(getEventListeners(stop.signal, 'abort').length);
        if (text.includes('blue')) stop.abort();
      },
    },
    {},
  );
  const stage = new EmptyStage({ service: 'demo', interfaceNames: [], address: '127.0.0.1', platform: 'linux' });
  await expect(new DemoStory(stage, out, stop.signal).play()).rejects.toThrow(DemoStopped);
  expect(new Set(listeners)).toEqual(new Set([1]));
});
