import { describe, expect, test } from 'vitest';
import { findAnsweringInterfaces, findAnsweringTarget, judgeReachability } from '../src/reachability.ts';
import { ETH0, ETH1, FakeHost } from './fake-host.ts';

const at = (address: string) => ({ kind: 'tcp' as const, address, port: 12345 });
const signal = new AbortController().signal;

describe('The verdict', () => {
  test.each([
    [['eth0', 'eth1'], { kind: 'everywhere' }],
    [['eth1'], { kind: 'partly', interfaces: ['eth1'] }],
    [[], { kind: 'nowhere' }],
  ])('%j of eth0 and eth1 answering', (answering, expected) => {
    expect(judgeReachability([ETH0, ETH1], new Set(answering))).toEqual(expected);
  });

  test('without an interface nothing can be reached', () => {
    expect(judgeReachability([], new Set())).toEqual({ kind: 'nowhere' });
  });
});

describe('Dialling for it', () => {
  test('one address that answers is enough for an interface', async () => {
    const host = new FakeHost();
    host.listen('10.99.0.1:12345');
    const targets = [
      { interfaceName: 'eth0', target: at('fe80::1%eth0') },
      { interfaceName: 'eth0', target: at('10.99.0.1') },
      { interfaceName: 'eth1', target: at('10.98.0.1') },
    ];
    expect(await findAnsweringInterfaces(targets, host.dial, signal)).toEqual(new Set(['eth0']));
  });

  test('the target that answers is found among those that do not', async () => {
    const host = new FakeHost();
    host.listen('[::1]:12345');
    const found = await findAnsweringTarget([at('127.0.0.1'), at('::1')], host.dial, signal);
    expect(found).toEqual({ target: at('::1') });
  });

  test('when none answers, the first one tells why', async () => {
    const found = await findAnsweringTarget([at('127.0.0.1'), at('::1')], new FakeHost().dial, signal);
    expect(found).toMatchObject({ failed: at('127.0.0.1'), error: { code: 'ECONNREFUSED' } });
  });

  test('without a target there is nothing to tell', async () => {
    expect(await findAnsweringTarget([], new FakeHost().dial, signal)).toBeUndefined();
  });

  test('the dials that lost the race are given up', async () => {
    const host = new FakeHost();
    const aborted: string[] = [];
    host.listen('127.0.0.1:12345');
    await findAnsweringTarget(
      [at('127.0.0.1'), at('::1')],
      (target, raceSignal) =>
        target.kind === 'tcp' && target.address === '::1'
          ? new Promise((_, reject) => {
              raceSignal.addEventListener('abort', () => {
                aborted.push(target.address);
                reject(raceSignal.reason);
              });
            })
          : host.dial(target, raceSignal),
      signal,
    );
    expect(aborted).toEqual(['::1']);
  });
});
