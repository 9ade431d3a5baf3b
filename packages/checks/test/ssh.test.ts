import { FakeService, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createSshCheck } from '../src/ssh.ts';

const signal = new AbortController().signal;
const IDENTIFICATION = 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n';

describe('The ssh check', () => {
  const services = {
    well: new FakeService((connection) => {
      connection.resume();
      connection.write(IDENTIFICATION);
    }),
    unwell: new FakeService((connection) => connection.end('Exceeded MaxStartups\r\n')),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createSshCheck(TARGET, services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test('Lines before the identification are read over (RFC 4253 4.2)', async () => {
  const service = new FakeService((connection) => connection.write(`Welcome\r\n${IDENTIFICATION}`));
  expect(await createSshCheck(TARGET, service.dial).run(signal)).toEqual({ ok: true });
});

test('It identifies itself before it leaves, as no broken client does', async () => {
  let said = '';
  const service = new FakeService((connection) => {
    connection.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
    connection.write(IDENTIFICATION);
  });
  expect(await createSshCheck(TARGET, service.dial).run(signal)).toEqual({ ok: true });
  await expect.poll(() => said).toBe('SSH-2.0-ambassador\r\n');
});
