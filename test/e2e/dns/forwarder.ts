import type { Host } from '@mdns-ambassador/testkit';

const FOLDER = '/run/bind';
const CONFIGURATION = `
options {
  directory "${FOLDER}"; pid-file none; session-keyfile "${FOLDER}/session.key"; managed-keys-directory "${FOLDER}";
  listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion yes; dnssec-validation no; notify no;
};
zone "ambassador.internal" { type forward; forward only; forwarders { 127.0.0.1 port 5355; }; };
`;

/** BIND, a name server of the house that hands the domain on, as CoreDNS, unbound and dnsmasq do. It answers at port 53 of the host's loopback. */
export async function startForwarder(host: Host): Promise<void> {
  await host.read('mkdir', [FOLDER]);
  await host.read('tee', [`${FOLDER}/named.conf`], { input: CONFIGURATION });
  const named = host.spawn('/usr/sbin/named', ['-g', '-c', `${FOLDER}/named.conf`]);
  await named.line(/ running$/);
}
