import { FakeService, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMysqlCheck } from '../src/mysql.ts';
import { readMysqlPackets } from '../src/mysql-packet.ts';

const signal = new AbortController().signal;

function packet(sequence: number, ...parts: readonly (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head.writeUInt8(sequence, 3);
  return Buffer.concat([head, body]);
}

/** As MariaDB 10.11 sends it. */
const GREETING = packet(0, [0x0a], '5.5.5-10.11.19-MariaDB\0', [5, 0, 0, 0], '&P@1rkEV\0', [0xfe, 0xf7, 8, 2, 0]);
const DENIED = packet(2, [0xff, 0xa2, 0x06], "#28000Access denied for user 'ambassador'@'appbox'");
const BLOCKED = packet(0, [0xff, 0x69, 0x04], "Host '10.98.0.1' is blocked because of many connection errors");
const FOREIGN_HOST = packet(0, [0xff, 0x6a, 0x04], "Host 'appbox' is not allowed to connect to this MariaDB server");

/** Greets, and remembers what each client said before it left. */
class FakeMysql {
  readonly logins: Buffer[] = [];
  readonly service: FakeService = new FakeService((connection) => {
    const said: Buffer[] = [];
    connection.on('data', (chunk: Buffer) => {
      said.push(chunk);
      if (Buffer.concat(said).length >= 4) connection.write(DENIED);
    });
    connection.on('end', () => this.logins.push(Buffer.concat(said)));
    connection.write(GREETING);
  });
}

describe('The mysql check', () => {
  const services = {
    well: new FakeMysql().service,
    unwell: new FakeService((connection) => connection.end(BLOCKED)),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createMysqlCheck(TARGET, services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test('A client that would count as an error of its host never leaves: each one answers the greeting with a whole login', async () => {
  const mysql = new FakeMysql();
  for (let look = 0; look < 3; look++) {
    expect(await createMysqlCheck(TARGET, mysql.service.dial).run(signal)).toEqual({ ok: true });
  }
  await expect.poll(() => mysql.logins.length).toBe(3);
  for (const login of mysql.logins) {
    const { packets, isBroken } = readMysqlPackets(login);
    expect(isBroken).toBe(false);
    expect(packets).toHaveLength(1);
    expect(packets[0]?.sequence).toBe(1);
    expect(packets[0]?.body.toString('latin1')).toMatch(/\0ambassador\0\0mysql_native_password\0$/);
  }
});

test('A server that has blocked this host is not up, and its own words say why', async () => {
  const service = new FakeService((connection) => connection.end(BLOCKED));
  expect(await createMysqlCheck(TARGET, service.dial).run(signal)).toEqual({
    ok: false,
    reason: `MySQL on 127.0.0.1:12345 answers "Host '10.98.0.1' is blocked because of many connection errors" (1129)`,
  });
});

test('A server that does not let this host in is up for others, and says so', async () => {
  const service = new FakeService((connection) => connection.end(FOREIGN_HOST));
  expect(await createMysqlCheck(TARGET, service.dial).run(signal)).toEqual({
    ok: true,
    denial: {
      whom: 'this address',
      reason: `MySQL on 127.0.0.1:12345 answers "Host 'appbox' is not allowed to connect to this MariaDB server" (1130)`,
    },
  });
});

test('A server of another kind is told as such', async () => {
  const service = new FakeService((connection) => connection.write('220 mail.example.com ESMTP\r\n'));
  expect(await createMysqlCheck(TARGET, service.dial).run(signal)).toEqual({
    ok: false,
    fault: 'foreign',
    reason: '127.0.0.1:12345 does not greet as MySQL does',
  });
});

test('Packets are read as they come, in any pieces, and nothing else is taken for one', () => {
  const whole = Buffer.concat([GREETING, DENIED]);
  for (let cut = 0; cut <= whole.length; cut++) {
    const { packets, isBroken } = readMysqlPackets(whole.subarray(0, cut));
    expect(isBroken).toBe(false);
    expect(packets).toHaveLength(Number(cut >= GREETING.length) + Number(cut === whole.length));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { packets } = readMysqlPackets(Buffer.from(bytes));
      expect(packets.reduce((sum, { body }) => sum + body.length + 4, 0)).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
