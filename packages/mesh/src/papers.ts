import { constants, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { formatKeeperUris } from './membership/machine-identity.ts';
import type { MachineStanding, RoleStanding, Standing } from './standing.ts';
import { issueLeaf, issueMachineCertificate } from './x509.ts';

/** As whom somebody is known: a machine, or, to tokens and the versions before machines had names, one role of one service. */
export type IdentityStyle = 'machine' | 'role';

/** What one end of a connection shows, and whom it accepts. */
export interface Papers {
  readonly standing: Standing;
  readonly style: IdentityStyle;
  readonly tls: SecureContextOptions;
  readonly context: SecureContext;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Whether they end before their time unless somebody else renews them. */
  readonly isGiven: boolean;
}

interface Shown {
  readonly certificate: string;
  readonly key: KeyObject;
  readonly expiresAt: number;
  readonly isGiven: boolean;
}

/** One or two for each standing, in their order. What we issue ourselves ends at `expiresAt`. */
export async function issueAll(standings: readonly Standing[], expiresAt: number): Promise<readonly Papers[]> {
  // Whom it accepts, and as whom, must not depend on what is shown: both keys count while both are in the ring, and both styles.
  const ca = standings.flatMap(({ byMachine, byRole }) => [
    ...(byMachine === undefined ? [] : [byMachine.root]),
    ...(byRole === undefined ? [] : [byRole.peerAuthority]),
  ]);
  // An empty list of authorities would mean those of the web.
  if (ca.length === 0) throw new Error('a member knows its peers');
  const issued = standings.map(async (standing) => {
    const { byRole, byMachine } = standing;
    const [role, machine] = await Promise.all([
      byRole === undefined ? undefined : issueForRole(standing, byRole, expiresAt),
      byMachine === undefined ? undefined : issueForMachine(standing, byMachine, expiresAt),
    ]);
    return [
      ...(role === undefined ? [] : [assemble(standing, 'role', role, ca)]),
      ...(machine === undefined ? [] : [assemble(standing, 'machine', machine, ca)]),
    ];
  });
  return (await Promise.all(issued)).flat();
}

async function issueForRole(standing: Standing, { own }: RoleStanding, expiresAt: number): Promise<Shown> {
  if (own.kind === 'given') return { ...own, isGiven: true };
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const certificate = await issueLeaf({
    holder: standing,
    authorityKey: own.key,
    publicKey,
    notAfter: new Date(expiresAt),
  });
  return { certificate, key: privateKey, expiresAt, isGiven: false };
}

async function issueForMachine({ meshId }: Standing, { own }: MachineStanding, expiresAt: number): Promise<Shown> {
  if (own.kind === 'given') return { ...own, isGiven: true };
  const { name, key } = own.keeper;
  const certificate = await issueMachineCertificate({
    meshId,
    end: own.end,
    authorityKey: own.key,
    publicKey: createPublicKey(key.privateKey),
    uris: formatKeeperUris(meshId, name, own.next),
    notAfter: new Date(expiresAt),
  });
  return { certificate, key: key.privateKey, expiresAt, isGiven: false };
}

function assemble(standing: Standing, style: IdentityStyle, shown: Shown, ca: readonly string[]): Papers {
  const tls: SecureContextOptions = {
    key: shown.key.export({ format: 'pem', type: 'pkcs8' }),
    cert: shown.certificate,
    ca: [...ca],
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // A ticket would let its holder in without a certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  const { expiresAt, isGiven } = shown;
  return { standing, style, tls, context: createSecureContext(tls), expiresAt, isGiven };
}
