import { expect } from 'vitest';
import { startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const TYPE = '_lab._tcp.local';
const NAME = `far.${TYPE}`;

await labTest(
  'dig resolves a service to its end, as a legacy resolver (6.7)',
  { hosts: 2, needs: ['dig'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const publishing = await startProgram(h1, 'mdns-node', 'publish', 'far');
    await publishing.line(/^announced far eth0/m);
    await startProgram(h2, 'resolver-relay');
    const dig = async (...args: readonly string[]): Promise<string> =>
      await h2.read('dig', ['@127.0.0.1', '-p', '5300', '+time=10', '+tries=3', '+norec', '+notcp', ...args]);
    const shortly = async (type: string, name: string): Promise<string> => (await dig('+short', type, name)).trim();

    expect(await shortly('PTR', TYPE)).toBe(`${NAME}.`);
    const [, host = ''] = /^0 0 7000 (h1-[0-9a-z]{4}\.local)\.$/.exec(await shortly('SRV', NAME)) ?? [];
    expect(await shortly('TXT', NAME)).toBe('""');
    expect(await shortly('A', host)).toBe(h1.ip);
    expect(await shortly('AAAA', host)).toMatch(/^fe80::/);
    expect(await shortly('PTR', '_services._dns-sd._udp.local')).toBe(`${TYPE}.`);
    const any = await dig('ANY', NAME);
    expect(any).toMatch(/status: NOERROR/);
    expect(any).toMatch(/^far\._lab\._tcp\.local\.\s+10\s+IN\s+SRV\s+0 0 7000 /m);
    expect(any).toMatch(/^far\._lab\._tcp\.local\.\s+10\s+IN\s+TXT\s+""/m);
    expect(await dig('A', NAME)).toMatch(/status: NOERROR[\s\S]*ANSWER: 0,/);
    expect(await shortly('NSEC', NAME)).toBe(`${NAME}. TXT SRV`);
  },
);
