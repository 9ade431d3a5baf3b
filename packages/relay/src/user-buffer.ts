import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Where Node keeps what was given as `onread`. */
interface OnReadPlaces {
  readonly buffer: symbol;
  readonly generate: symbol;
  readonly callback: symbol;
}

/** What is private in a socket. Plain access to it: `Reflect` costs a call into the engine for each. */
interface Inside {
  readonly _handle?: { readonly reading?: boolean; readonly useUserBuffer?: (buffer: Uint8Array) => void } | null;
  [place: symbol]: unknown;
}

const places = findPlaces();

/**
 * Has an accepted socket, of which nothing was read yet, or a TLS socket read as if it had been made with `onread`, which Node
 * allows for dialled ones alone. It takes what Node's own constructor does to a socket. False where this Node keeps these things
 * elsewhere: then nothing was changed, and the socket reads as it always did.
 */
export function setOnRead(socket: Socket, onread: OnReadOpts): boolean {
  if (places === undefined) return false;
  const inside = socket as unknown as Inside;
  const handle = inside._handle;
  if (typeof handle !== 'object' || handle === null) return false;
  // The kernel may be filling a buffer already; TLS takes one only for what it has.
  if (handle.reading === true && !(socket instanceof TLSSocket)) return false;
  if (typeof handle.useUserBuffer !== 'function') return false;
  const buffer = typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer;
  inside[places.buffer] = buffer;
  inside[places.generate] = typeof onread.buffer === 'function' ? onread.buffer : null;
  inside[places.callback] = onread.callback;
  handle.useUserBuffer(buffer);
  return true;
}

/** A socket that is never connected shows where they are. */
function findPlaces(): OnReadPlaces | undefined {
  const onread: OnReadOpts = { buffer: () => Buffer.alloc(0), callback: () => true };
  // Node's types name `onread` for dialling alone; its constructor takes it too.
  const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = { onread };
  const socket = new Socket(options);
  const symbols = Object.getOwnPropertySymbols(socket);
  const find = (name: string, value: unknown): symbol | undefined =>
    symbols.find((symbol) => symbol.description === name && Reflect.get(socket, symbol) === value);
  const buffer = find('kBuffer', true);
  const generate = find('kBufferGen', onread.buffer);
  const callback = find('kBufferCb', onread.callback);
  if (buffer === undefined || generate === undefined || callback === undefined) return undefined;
  return { buffer, generate, callback };
}
