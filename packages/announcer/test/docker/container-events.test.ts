import { expect, test } from 'vitest';
import { readContainerEvent } from '../../src/docker/container-events.ts';

function kill(signal: string, stopSignal?: string): string | undefined {
  const event = { Action: 'kill', Actor: { ID: 'a', Attributes: { signal } } };
  return readContainerEvent(event, () => stopSignal)?.kind;
}

test.each(['1', '10', '12', '17', '18', '19', '20', '23', '28', 'SIGUSR1', 'usr2'])(
  'signal %s of Linux does not end a container, whatever number it has on this machine',
  (signal) => {
    expect(kill(signal)).toBeUndefined();
  },
);

test.each(['2', '3', '9', '15', '30', '31', 'SIGTERM', 'quit', 'nonsense'])('signal %s ends a container', (signal) => {
  expect(kill(signal)).toBe('ending');
});

test('the stop signal of a container ends it, as a name or a number', () => {
  expect(kill('28', 'SIGWINCH')).toBe('ending');
  expect(kill('28', '28')).toBe('ending');
  expect(kill('12', 'SIGWINCH')).toBeUndefined();
});
