import type { Duplex } from 'node:stream';

/** What one connection to the fake knows. */
interface Connection {
  user: string | undefined;
  protocol: 2 | 3;
  name: string;
  /** Replies of what is queued since MULTI. */
  queue?: string[] | undefined;
}

/** A Redis with one user, `app`, and replies of every shape. Counts what it is told. */
export class FakeRedis {
  password = 'right';
  /** Every AUTH that came, as `user password`. */
  readonly logins: string[] = [];
  readonly commands: string[] = [];

  /** Serves one connection. */
  serve(leg: Duplex): void {
    const connection: Connection = { user: undefined, protocol: 2, name: '' };
    let held: Buffer = Buffer.alloc(0);
    leg.on('error', () => {});
    leg.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (let parsed = parse(held); parsed !== undefined; parsed = parse(held)) {
        held = held.subarray(parsed.length);
        if (parsed.args.length > 0) leg.write(this.answer(connection, parsed.args));
      }
    });
    leg.on('end', () => leg.end());
  }

  answer(connection: Connection, args: readonly string[]): string {
    const [name = '', ...rest] = args;
    const word = name.toUpperCase();
    this.commands.push(word);
    const { queue } = connection;
    if (queue !== undefined) {
      connection.queue = word === 'EXEC' ? undefined : queue;
      if (word === 'EXEC') return `*${queue.length}\r\n${queue.join('')}`;
      queue.push(this.#run(connection, word, rest));
      return '+QUEUED\r\n';
    }
    return this.#run(connection, word, rest);
  }

  #run(connection: Connection, word: string, rest: readonly string[]): string {
    switch (word) {
      case 'AUTH':
        return this.#login(connection, rest.at(-2) ?? 'default', rest.at(-1) ?? '') ? '+OK\r\n' : WRONGPASS;
      case 'HELLO':
        return this.#hello(connection, rest);
      case 'RESET':
        connection.user = undefined;
        connection.protocol = 2;
        connection.name = '';
        return '+RESET\r\n';
      default:
        return connection.user === undefined ? '-NOAUTH Authentication required.\r\n' : execute(connection, word, rest);
    }
  }

  #login(connection: Connection, user: string, password: string): boolean {
    this.logins.push(`${user} ${password}`);
    if (user !== 'app' || password !== this.password) return false;
    connection.user = user;
    return true;
  }

  #hello(connection: Connection, [version = '2', ...options]: readonly string[]): string {
    if (version !== '2' && version !== '3') return '-NOPROTO unsupported protocol version\r\n';
    for (let at = 0; at < options.length; ) {
      const option = options[at]?.toUpperCase();
      if (option === 'AUTH' && at + 2 < options.length) {
        if (!this.#login(connection, options[at + 1] ?? '', options[at + 2] ?? '')) return WRONGPASS;
        at += 3;
      } else if (option === 'SETNAME' && at + 1 < options.length) {
        connection.name = options[at + 1] ?? '';
        at += 2;
      } else return `-ERR Syntax error in HELLO option '${option}'\r\n`;
    }
    if (connection.user === undefined) return '-NOAUTH HELLO must be called with the client already authenticated\r\n';
    connection.protocol = version === '3' ? 3 : 2;
    const fields = ['$6\r\nserver\r\n', '$5\r\nredis\r\n', '$5\r\nproto\r\n', `:${connection.protocol}\r\n`];
    return `${connection.protocol === 3 ? '%2' : '*4'}\r\n${fields.join('')}`;
  }
}

const WRONGPASS = '-WRONGPASS invalid username-password pair or user is disabled.\r\n';

function execute(connection: Connection, word: string, rest: readonly string[]): string {
  const isThree = connection.protocol === 3;
  switch (word) {
    case 'MULTI':
      connection.queue = [];
      return '+OK\r\n';
    case 'PING':
      return '+PONG\r\n';
    case 'ECHO':
      return bulk(rest[0] ?? '');
    case 'WHOAMI':
      return bulk(connection.user ?? '');
    case 'CLIENT':
      if (rest[0]?.toUpperCase() === 'SETNAME') connection.name = rest[1] ?? '';
      return rest[0]?.toUpperCase() === 'GETNAME' ? bulk(connection.name) : '+OK\r\n';
    case 'NULL':
      return isThree ? '_\r\n' : '$-1\r\n';
    case 'NESTED':
      return isThree
        ? `>2\r\n+message\r\n${bulk('+RESET\r\n')}|1\r\n+ttl\r\n:1\r\n%1\r\n+a\r\n~2\r\n#t\r\n,1.5\r\n`
        : `*3\r\n*-1\r\n*0\r\n*2\r\n:1\r\n${bulk('-MOVED 1 10.0.0.1:1\r\n')}`;
    case 'MOVED':
      return '-MOVED 3999 10.0.0.9:6381\r\n';
    default:
      return `-ERR unknown command '${word}'\r\n`;
  }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** One whole command at the beginning, or undefined. */
function parse(bytes: Buffer): { readonly args: readonly string[]; readonly length: number } | undefined {
  const end = bytes.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = bytes.toString('latin1', 0, end);
  if (!line.startsWith('*')) return { args: line.split(' ').filter((word) => word !== ''), length: end + 2 };
  const args: string[] = [];
  let at = end + 2;
  for (let left = Number(line.slice(1)); left > 0; left -= 1) {
    const header = bytes.indexOf('\r\n', at);
    if (header === -1) return undefined;
    const length = Number(bytes.toString('latin1', at + 1, header));
    if (header + 2 + length + 2 > bytes.length) return undefined;
    args.push(bytes.toString('utf8', header + 2, header + 2 + length));
    at = header + 2 + length + 2;
  }
  return { args, length: at };
}
