import { endianness } from 'node:os';
import { expect, test } from 'vitest';
import { parseConntrack, parseSockets } from '../../../src/engines/nftables/flows.ts';

const AT = { address: '127.0.0.1', port: 6379 };

test('of conntrack, what was translated and is open is a flow', () => {
  const line = (state: string, server: string, more = ''): string =>
    `ipv4     2 tcp      6 431420 ${state} src=127.0.0.1 dst=127.0.0.1 sport=39250 dport=6379 ${more}src=${server} dst=10.0.0.1 sport=7001 dport=39250 [ASSURED] mark=0 zone=0 use=2`;
  const text = [
    line('ESTABLISHED', '10.77.0.3'),
    line('CLOSE_WAIT', '10.77.0.3', 'packets=1 bytes=60 '),
    line('TIME_WAIT', '10.77.0.3'),
    line('SYN_SENT', '10.77.0.3', '[UNREPLIED] '),
    line('ESTABLISHED', '127.0.0.1').replace('sport=7001', 'sport=6379'),
    line('ESTABLISHED', '10.77.0.3').replace('dport=6379', 'dport=6380'),
    'ipv6     10 tcp      6 1 ESTABLISHED src=::1 dst=::1 sport=1 dport=6379 src=::1 dst=::1 sport=6379 dport=1 mark=0',
    'garbage',
  ].join('\n');
  const flow = { clientAddress: '127.0.0.1', clientPort: 39250, listening: AT, place: '10.77.0.3|7001' };
  expect(parseConntrack(text, [AT])).toEqual([flow, flow]);
});

test.skipIf(endianness() !== 'LE')('of sockets, clients whose other end is not on this machine are flows', () => {
  const text = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000
   1: 0100007F:9952 0100007F:18EB 01 00000000:00000000
   2: 0100007F:9953 0100007F:18EB 01 00000000:00000000
   3: 0100007F:18EB 0100007F:9953 01 00000000:00000000
   4: 0100007F:9954 0100007F:18EB 06 00000000:00000000`;
  expect(parseSockets(text, [AT])).toEqual([{ clientAddress: '127.0.0.1', clientPort: 0x9952, listening: AT }]);
});
