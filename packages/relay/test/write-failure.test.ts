import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Intake } from '../src/intake.ts';
import { readBeforeFailing } from '../src/write-failure.ts';

/** A socket whose kernel takes nothing more, and holds these chunks, one for each look at how much was read. */
class FailingSocket extends Duplex {
  readonly log: string[] = [];
  readonly #held: string[];
  #read = 0;

  constructor(held: readonly string[], syscall = 'write') {
    super({ allowHalfOpen: true });
    this.#held = [...held];
    this._write = (_chunk, _encoding, done) => done(Object.assign(new Error(`${syscall} EPIPE`), { syscall }));
    this.on('data', (chunk) => this.log.push(String(chunk)));
    this.on('error', ({ message }) => this.log.push(message));
    readBeforeFailing(this);
  }

  override _read(): void {}

  get bytesRead(): number {
    const chunk = this.isPaused() ? undefined : this.#held.shift();
    if (chunk !== undefined) this.emit('data', chunk);
    this.#read += chunk?.length ?? 0;
    return this.#read;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a socket that can not be written to is read to its end before it fails', async () => {
  const socket = new FailingSocket(['an ', 'early ', 'answer']);
  socket.write('a long request');
  expect(socket.errored?.message).toBe('write EPIPE');
  await vi.runAllTimersAsync();
  expect(socket.log).toEqual(['an ', 'early ', 'answer', 'write EPIPE']);
});

test.each(['read', 'connect'])('it fails at once of a %s', async (syscall) => {
  const socket = new FailingSocket(['unheard'], syscall);
  socket.pause().write('x');
  await new Promise((resolve) => socket.once('close', resolve));
  await vi.runAllTimersAsync();
  expect(socket.log).toEqual([`${syscall} EPIPE`]);
});

test('a reader that pauses is waited for as long as it takes something in each second', async () => {
  const socket = new FailingSocket(['one', 'two']);
  socket.pause().write('x');
  await vi.advanceTimersByTimeAsync(900);
  expect(socket.destroyed).toBe(false);
  socket.on('data', () => socket.pause()).resume();
  await vi.advanceTimersByTimeAsync(900);
  expect(socket.log).toEqual(['one']);
  await vi.advanceTimersByTimeAsync(200);
  expect(socket.log).toEqual(['one', 'write EPIPE']);
});

test('whoever destroys it meanwhile does so at once', async () => {
  const socket = new FailingSocket(['unheard']);
  socket.pause().write('x');
  await vi.advanceTimersByTimeAsync(100);
  socket.resume().destroy();
  expect(socket.destroyed).toBe(true);
  await vi.runAllTimersAsync();
  expect(socket.log).toEqual([]);
});

test('what is read after a write has failed is told to whoever reads the socket as a stream', async () => {
  const intake = new Intake();
  const socket = new Socket();
  intake.serve(socket);
  const heard: string[] = [];
  socket.on('data', (chunk) => heard.push(String(chunk))).on('error', () => undefined);
  await new Promise((resolve) => process.nextTick(resolve));
  // What a write that fails leaves behind, before it destroys.
  Object.assign(Reflect.get(socket, '_writableState'), { errored: new Error('write EPIPE') });
  Object.assign(Reflect.get(socket, '_readableState'), { errored: new Error('write EPIPE') });
  intake.onread.callback(6, Buffer.from('answer'));
  expect(heard).toEqual(['answer']);
  socket.destroy();
});
