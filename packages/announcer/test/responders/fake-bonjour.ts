import { EventEmitter } from 'node:events';

type Options = Readonly<Record<string, unknown>>;

/** Stands in for the library bonjour-service: nothing is sent, and the test says when its socket opens or fails. */
export class FakeBonjour {
  static readonly made: FakeBonjour[] = [];
  /** What the next ones do once they are listened to. */
  static opens: 'at once' | 'never' | Error = 'at once';

  readonly server: { readonly mdns: EventEmitter } = { mdns: new EventEmitter() };
  readonly transport: Options;
  published: Options | undefined;
  readonly calls: string[] = [];

  constructor(transport: Options) {
    this.transport = transport;
    FakeBonjour.made.push(this);
    const { opens } = FakeBonjour;
    queueMicrotask(() => {
      if (opens === 'at once') this.server.mdns.emit('ready');
      else if (opens !== 'never') this.server.mdns.emit('error', opens);
    });
  }

  static reset(): void {
    FakeBonjour.made.length = 0;
    FakeBonjour.opens = 'at once';
  }

  publish(options: Options): EventEmitter {
    this.published = options;
    const service = new EventEmitter();
    queueMicrotask(() => service.emit('up'));
    return service;
  }

  unpublishAll(done: () => void): void {
    this.calls.push('unpublish');
    queueMicrotask(done);
  }

  destroy(done: () => void): void {
    this.calls.push('destroy');
    queueMicrotask(done);
  }
}
