import { expect, test } from 'vitest';
import { parseNetworkProfiles, readNetworkProfiles } from '../../../../src/commands/doctor/system/network-profile.ts';

test.each([
  // In the form of Windows PowerShell 5.1, where one network is an object; written by hand.
  ['{"InterfaceAlias":"Wi-Fi","NetworkCategory":0}\r\n', [{ interfaceName: 'Wi-Fi', category: 'public' }]],
  [
    '[{"InterfaceAlias":"Wi-Fi","NetworkCategory":1},{"InterfaceAlias":"Ethernet 2","NetworkCategory":2}]',
    [
      { interfaceName: 'Wi-Fi', category: 'private' },
      { interfaceName: 'Ethernet 2', category: 'domain' },
    ],
  ],
  // PowerShell 7 with enums as words.
  ['\uFEFF{"InterfaceAlias":"WLAN","NetworkCategory":"Public"}', [{ interfaceName: 'WLAN', category: 'public' }]],
  ['', []],
  ['[1,null,{"InterfaceAlias":3,"NetworkCategory":1},{"InterfaceAlias":"a","NetworkCategory":9}]', []],
  ['Get-NetConnectionProfile : Access denied', undefined],
])('%s', (output, expected) => {
  expect(parseNetworkProfiles(output)).toEqual(expected);
});

test('Elsewhere than on Windows nothing is asked', async () => {
  const refuse = async (): Promise<string> => expect.fail('a program was run');
  expect(await readNetworkProfiles('linux', refuse)).toBeUndefined();
  expect(await readNetworkProfiles('darwin', refuse)).toBeUndefined();
  expect(await readNetworkProfiles('win32', async () => undefined)).toBeUndefined();
});
