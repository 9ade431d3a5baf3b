import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenForSignals, listSignals } from '../../src/process/signals.ts';

class FakeProcess extends EventEmitter {
  readonly platform: NodeJS.Platform;
  constructor(platform: NodeJS.Platform = 'linux') {
    super();
    this.platform = platform;
  }
}

function listen(platform?: NodeJS.Platform, isAttached = true) {
  const source = new FakeProcess(platform);
  const exits: number[] = [];
  const terminal = { isThere: true };
  const shutdown = listenForSignals(source, {
    exit: (code) => exits.push(code),
    isAttached,
    hasTerminal: () => terminal.isThere,
  });
  const send = (signal: NodeJS.Signals): void => void source.emit(signal, signal);
  return { source, exits, shutdown, send, terminal };
}

test('the first signal asks for a clean stop, the second ends at once', () => {
  const { exits, shutdown, send } = listen();
  send('SIGTERM');
  expect([shutdown.signal.aborted, shutdown.signal.reason, exits]).toEqual([true, 'SIGTERM', []]);
  send('SIGINT');
  expect(exits).toEqual([130]);
});

test('each platform has its signals', () => {
  const unix = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'];
  expect(listSignals('linux')).toEqual(unix);
  expect(listSignals('darwin')).toEqual(unix);
  expect(listSignals('win32')).toEqual(['SIGINT', 'SIGBREAK', 'SIGHUP']);
});

test('SIGQUIT of a container and SIGUSR2 of nodemon stop, and SIGUSR1 and SIGWINCH are nothing to a command that runs none', () => {
  for (const [signal, code] of [
    ['SIGQUIT', 131],
    ['SIGUSR2', 140],
  ] as const) {
    const { exits, shutdown, send } = listen();
    send('SIGUSR1');
    send('SIGWINCH');
    expect(shutdown.signal.aborted).toBe(false);
    send(signal);
    expect([shutdown.signal.reason, exits]).toEqual([signal, []]);
    send(signal);
    expect(exits).toEqual([code]);
  }
});

test('a signal that a diagnosis of Node has taken is its own', () => {
  const source = new FakeProcess();
  source.on('SIGUSR2', () => undefined);
  const shutdown = listenForSignals(source, { exit: () => undefined, isAttached: true, hasTerminal: () => true });
  source.emit('SIGUSR2', 'SIGUSR2');
  expect(shutdown.signal.aborted).toBe(false);
  source.emit('SIGQUIT', 'SIGQUIT');
  expect(shutdown.signal.reason).toBe('SIGQUIT');
});

test('whoever runs a command gets what operators and supervisors send, as it is', () => {
  const { exits, shutdown, send } = listen();
  const passed: string[] = [];
  shutdown.delegate((signal) => passed.push(signal));
  const sent = ['SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGQUIT', 'SIGQUIT'] as const;
  for (const signal of sent) send(signal);
  expect([passed, exits]).toEqual([sent, []]);
});

test('Ctrl-Break on Windows stops like Ctrl-C', () => {
  const { shutdown, send } = listen('win32');
  send('SIGBREAK');
  expect(shutdown.signal.reason).toBe('SIGBREAK');
});

test('whoever takes the signals over gets every one, the early one too', () => {
  const { exits, shutdown, send } = listen();
  send('SIGTERM');
  const passed: string[] = [];
  shutdown.delegate((signal) => passed.push(signal));
  send('SIGINT');
  send('SIGHUP');
  shutdown.request('EPIPE');
  expect([passed, exits]).toEqual([['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'], []]);
});

test('a child on Windows is told of Ctrl-Break as of SIGTERM', () => {
  const { shutdown, send } = listen('win32');
  const passed: string[] = [];
  shutdown.delegate((signal) => passed.push(signal));
  send('SIGBREAK');
  expect(passed).toEqual(['SIGTERM']);
});

test('a request stops like a signal, once', () => {
  const { exits, shutdown } = listen();
  shutdown.request('EPIPE');
  shutdown.request('EPIPE');
  expect([shutdown.signal.reason, exits]).toEqual(['EPIPE', []]);
});

test('SIGHUP asks for a reload and stops nothing, and on Windows it stops', () => {
  for (const platform of ['linux', 'win32'] as const) {
    const { shutdown, send } = listen(platform);
    let hangups = 0;
    shutdown.onHangup(() => {
      hangups += 1;
    });
    send('SIGHUP');
    expect([hangups, shutdown.signal.aborted]).toEqual(platform === 'linux' ? [1, false] : [0, true]);
  }
});

test('a terminal that closes asks for a clean stop, once and for all, whoever reloads', () => {
  for (const isReloader of [true, false]) {
    const { shutdown, send, terminal, exits } = listen();
    let reloads = 0;
    if (isReloader) {
      shutdown.onHangup(() => {
        reloads += 1;
      });
    }
    terminal.isThere = false;
    send('SIGHUP');
    send('SIGHUP');
    expect([shutdown.signal.reason, reloads, exits]).toEqual(['SIGHUP', 0, []]);
    // Whoever logs the user out asks too.
    send('SIGTERM');
    expect(exits).toEqual([]);
    send('SIGTERM');
    expect(exits).toEqual([143]);
  }
});

test('SIGHUP stops a command on a terminal, and leaves one alone that has none', () => {
  for (const isAttached of [true, false]) {
    const { shutdown, send, exits } = listen('linux', isAttached);
    send('SIGHUP');
    expect([shutdown.signal.aborted, exits]).toEqual([isAttached, []]);
  }
});

test('who was started without a terminal reloads, whatever terminals there are', () => {
  const { shutdown, send, terminal } = listen('linux', false);
  let reloads = 0;
  shutdown.onHangup(() => {
    reloads += 1;
  });
  terminal.isThere = false;
  send('SIGHUP');
  expect([reloads, shutdown.signal.aborted]).toEqual([1, false]);
});

test('after close nothing is listened to', () => {
  const { source, shutdown } = listen();
  shutdown.delegate(() => undefined);
  shutdown.onHangup(() => undefined);
  shutdown.close();
  expect(source.eventNames()).toEqual([]);
});
