import type { CheckOptions, Denial } from '@mdns-ambassador/checks';
import { answerTo, type Behaviour, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { askInterface, findTarget, judgeReachability } from '../src/reachability.ts';
import { createTargetCheck, type TargetCheck } from '../src/target-check.ts';
import { ETH0, ETH1, FakeHost } from './fake-host.ts';

const at = (address: string) => ({ kind: 'tcp' as const, address, port: 12345 });
const signal = new AbortController().signal;
const clock = new ManualClock();
/** As short as packets of MySQL get. */
const greeting = Buffer.from('020000000a00', 'hex');
const denial = Buffer.from('03000002ff1504', 'hex');

function checkAt(host: FakeHost, check: CheckOptions = { kind: 'tcp' }): TargetCheck {
  return createTargetCheck({ check }, host);
}

describe('The verdict', () => {
  const on = (interfaceName: string, whom?: Denial['whom']) => ({
    interfaceName,
    ...(whom === undefined ? {} : { denial: { whom, reason: `no ${whom}` } }),
  });
  test.each([
    [[on('eth0'), on('eth1')], { kind: 'everywhere' }],
    [[on('eth1')], { kind: 'partly', interfaces: ['eth1'] }],
    [[], { kind: 'nowhere' }],
    [[on('eth0', 'others'), on('eth1', 'others')], { kind: 'denied', reason: 'no others' }],
    [[on('eth0', 'others'), on('eth1')], { kind: 'partly', interfaces: ['eth1'] }],
    [[on('eth0', 'this address'), on('eth1', 'this address')], { kind: 'everywhere', doubt: 'no this address' }],
    [[on('eth1', 'this address')], { kind: 'partly', interfaces: ['eth1'], doubt: 'no this address' }],
    // A host with two addresses is let in from one: nothing is wrong.
    [[on('eth0', 'this address'), on('eth0'), on('eth1')], { kind: 'everywhere' }],
  ])('%j of eth0 and eth1', (answers, expected) => {
    expect(judgeReachability([ETH0, ETH1], answers)).toEqual(expected);
  });

  test('without an interface nothing can be reached', () => {
    expect(judgeReachability([], [])).toEqual({ kind: 'nowhere' });
  });
});

describe('Dialling for it', () => {
  test('who accepts there answers, who does not has nothing to say', async () => {
    const host = new FakeHost();
    host.listen('10.99.0.1:12345');
    const ask = (interfaceName: string, address: string) =>
      askInterface({ interfaceName, target: at(address) }, checkAt(host), signal);
    expect(await ask('eth0', 'fe80::1%eth0')).toBeUndefined();
    expect(await ask('eth0', '10.99.0.1')).toEqual({ interfaceName: 'eth0' });
    expect(await ask('eth1', '10.98.0.1')).toBeUndefined();
  });

  test('the target that is well is found among those that do not answer', async () => {
    const host = new FakeHost();
    host.listen('[::1]:12345');
    const found = await findTarget([at('127.0.0.1'), at('::1')], checkAt(host), signal, clock);
    expect(found).toMatchObject({ target: at('::1'), outcome: { ok: true } });
  });

  test('of several that are well the likeliest is taken, though another was quicker', async () => {
    const check: TargetCheck = ({ address }) =>
      new Promise((resolve) => {
        clock.after(address === '127.0.0.1' ? 200 : 100, () => resolve({ isAccepted: true, outcome: { ok: true } }));
      });
    const found = findTarget([at('127.0.0.1'), at('10.99.0.1')], check, signal, clock);
    await clock.advance(200);
    expect(await found).toMatchObject({ target: at('127.0.0.1') });
  });

  test('one that says nothing is not waited for long', async () => {
    const check: TargetCheck = ({ address }) =>
      address === '127.0.0.1'
        ? new Promise(() => undefined)
        : Promise.resolve({ isAccepted: true, outcome: { ok: true } });
    const found = findTarget([at('127.0.0.1'), at('10.99.0.1')], check, signal, clock);
    await clock.advance(250);
    expect(await found).toMatchObject({ target: at('10.99.0.1') });
  });

  test('when none answers, the first one tells why', async () => {
    const found = await findTarget([at('127.0.0.1'), at('::1')], checkAt(new FakeHost()), signal, clock);
    expect(found).toMatchObject({ target: at('127.0.0.1'), outcome: { ok: false, fault: 'absent' } });
  });

  test('one that answers and is unwell tells why before one where nobody is', async () => {
    const host = new FakeHost();
    host.listen('[::1]:12345', answerTo(/PING/, '-LOADING soon\r\n'));
    const found = await findTarget([at('127.0.0.1'), at('::1')], checkAt(host, { kind: 'redis' }), signal, clock);
    expect(found).toMatchObject({ target: at('::1'), outcome: { reason: expect.stringContaining('loading') } });
  });

  test('without a target there is no service', async () => {
    const found = await findTarget([], checkAt(new FakeHost()), signal, clock);
    expect(found).toMatchObject({ target: undefined, outcome: { ok: false } });
  });

  test('no conversation that has begun is broken off because another one ended first', async () => {
    const host = new FakeHost();
    let heard = '';
    const greet: Behaviour = (connection) => {
      connection.write(greeting);
      connection.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
        connection.write(denial);
      });
    };
    host.listen('127.0.0.1:12345', greet);
    host.listen('[::1]:12345', (connection) => void setImmediate(() => greet(connection)));
    await findTarget([at('127.0.0.1'), at('::1')], checkAt(host, { kind: 'mysql' }), signal, clock);
    await expect.poll(() => heard.split('mysql_native_password').length - 1).toBe(2);
  });
});
