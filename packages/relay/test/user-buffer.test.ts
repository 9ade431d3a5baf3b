import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { setOnRead } from '../src/user-buffer.ts';

const onread = { buffer: () => Buffer.alloc(8), callback: () => true };

/** A socket over a handle that notes which buffers it is given. */
function accept(handle: object): Socket {
  const socket = new Socket();
  Reflect.set(socket, '_handle', handle);
  return socket;
}

describe('setOnRead', () => {
  test('gives the handle the first buffer', () => {
    const given: unknown[] = [];
    const socket = accept({ reading: false, useUserBuffer: (buffer: unknown) => given.push(buffer) });
    expect(setOnRead(socket, onread)).toBe(true);
    expect(given).toEqual([Buffer.alloc(8)]);
  });

  test('leaves a socket alone that has no handle', () => {
    expect(setOnRead(new Socket(), onread)).toBe(false);
  });

  test('leaves a socket alone whose handle takes no buffer', () => {
    expect(setOnRead(accept({ reading: false }), onread)).toBe(false);
  });

  test('leaves a socket alone that is being read', () => {
    const handle = { reading: true, useUserBuffer: () => expect.unreachable() };
    expect(setOnRead(accept(handle), onread)).toBe(false);
  });

  test('has a TLS socket read into the buffer though it is being read: TLS fills none before it has something', () => {
    const secure = new TLSSocket(new Duplex({ read: () => undefined, write: () => undefined }));
    Reflect.set(Reflect.get(secure, '_handle'), 'reading', true);
    expect(setOnRead(secure, onread)).toBe(true);
    secure.destroy();
  });
});
