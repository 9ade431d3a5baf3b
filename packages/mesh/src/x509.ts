import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Extension, X509CertificateGenerator } from '@peculiar/x509';
import { type End, formatMemberUri, type Role } from './role.ts';

/** Hosts without a clock believe that it is long ago; only the end of a certificate says anything. */
const NOT_BEFORE = new Date('2020-01-01T00:00:00Z');
/** RFC 5280 4.1.2.5: it has no well-defined end. */
const NO_END = new Date('9999-12-31T23:59:59Z');
const ED25519 = { name: 'Ed25519' };
const KEY_ID_BYTES = 20;
/** RFC 5280 4.1.2.2: 20 bytes at most, and positive. */
const SERIAL_BYTES = 16;

/** Which end of a TLS connection each role is. */
const USAGES: Readonly<Record<Role, readonly ('serverAuth' | 'clientAuth')[]>> = {
  announce: ['serverAuth'],
  proxy: ['clientAuth'],
  peer: ['serverAuth', 'clientAuth'],
  view: ['serverAuth', 'clientAuth'],
};

/** Whom an authority or a leaf is for. */
export interface LeafHolder {
  readonly meshId: string;
  readonly role: Role;
  readonly service: string;
}

type Library = typeof import('@peculiar/x509');

/** It is large, and whoever is in no mesh does without. */
async function loadLibrary(): Promise<Library> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

/** The certificate of an authority: the same bytes on every machine that has its key. PEM. */
export async function issueAuthority(key: KeyObject, holder: LeafHolder): Promise<string> {
  return issueOwn(key, nameAuthority(holder));
}

/** The certificate of the authority that says which machines are in a mesh: the same bytes on every machine. PEM. */
export async function issueRoot(key: KeyObject, meshId: string, end: End): Promise<string> {
  return issueOwn(key, nameRoot(meshId, end));
}

/** An authority signs its own certificate, which has no end. */
async function issueOwn(key: KeyObject, name: string): Promise<string> {
  const x509 = await loadLibrary();
  const keyId = identifyKey(key);
  return issue(x509, {
    serial: keyId.slice(0, SERIAL_BYTES * 2),
    subject: name,
    issuer: name,
    notAfter: NO_END,
    publicKey: key,
    signingKey: key,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.SubjectKeyIdentifierExtension(keyId),
    ],
  });
}

export interface MachineCertificateRequest {
  readonly meshId: string;
  readonly end: End;
  readonly authorityKey: KeyObject;
  readonly publicKey: KeyObject;
  /** What it says of its holder: URIs without commas and quotes. */
  readonly uris: readonly string[];
  readonly notAfter: Date;
}

/** The certificate of one machine, for one end of a connection; what a server shows is good for either end of a peer link. PEM. */
export async function issueMachineCertificate({ meshId, end, ...request }: MachineCertificateRequest): Promise<string> {
  return issueShown({
    ...request,
    subject: 'CN=ambassador machine',
    issuer: nameRoot(meshId, end),
    usages: USAGES[end === 'server' ? 'peer' : 'proxy'],
  });
}

export interface LeafRequest {
  readonly holder: LeafHolder;
  readonly authorityKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly notAfter: Date;
}

/** The certificate of one process. PEM. */
export async function issueLeaf({ holder, ...request }: LeafRequest): Promise<string> {
  const { meshId, role, service } = holder;
  return issueShown({
    ...request,
    subject: `CN=${role} ${service}`,
    issuer: nameAuthority(holder),
    usages: USAGES[role],
    uris: [formatMemberUri(meshId, role, service)],
  });
}

interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly usages: (typeof USAGES)[Role];
  readonly uris: readonly string[];
  readonly publicKey: KeyObject;
  readonly authorityKey: KeyObject;
  readonly notAfter: Date;
}

/** Of who is at one end of a connection, and signs nothing. */
async function issueShown({ usages, uris, authorityKey, ...shown }: ShownCertificate): Promise<string> {
  const x509 = await loadLibrary();
  return issue(x509, {
    ...shown,
    // A leading 01 keeps it positive and of one length.
    serial: `01${randomBytes(SERIAL_BYTES - 1).toString('hex')}`,
    signingKey: authorityKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages.map((usage) => x509.ExtendedKeyUsage[usage])),
      new x509.SubjectAlternativeNameExtension(uris.map((value) => ({ type: 'url', value }))),
      new x509.SubjectKeyIdentifierExtension(identifyKey(shown.publicKey)),
      new x509.AuthorityKeyIdentifierExtension(identifyKey(authorityKey)),
    ],
  });
}

type Signer = Parameters<typeof X509CertificateGenerator.create>[1];

interface CertificateIssue {
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: Extension[];
}

/** The last of all: one takes some milliseconds of processor time, and a rotation makes eight for each service. Never rejects. */
let lastIssued: Promise<unknown> = Promise.resolve();

/** One in a turn of the loop, so that others go on meanwhile. */
function issue(library: Library, certificate: CertificateIssue): Promise<string> {
  const issued = lastIssued.then(() => nextTurn()).then(() => generate(library, certificate));
  lastIssued = issued.catch(() => undefined);
  return issued;
}

async function generate(
  { X509CertificateGenerator }: Library,
  { serial, subject, issuer, notAfter, publicKey, signingKey, extensions }: CertificateIssue,
): Promise<string> {
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serial,
      subject,
      issuer,
      notBefore: NOT_BEFORE,
      notAfter,
      signingAlgorithm: ED25519,
      signingKey: { type: 'private', algorithm: ED25519, extractable: false, usages: ['sign'] },
      publicKey: { type: 'public', algorithm: ED25519, extractable: true, usages: ['verify'] },
      extensions,
    },
    createSigner(publicKey, signingKey),
  );
  return certificate.toString('pem');
}

/**
 * The two operations of Web Cryptography that the generator asks for, by `node:crypto`: Node 20's own Ed25519 there is experimental and
 * says so on standard error.
 */
function createSigner(publicKey: KeyObject, signingKey: KeyObject): Signer {
  const subtle = {
    exportKey: async () => toArrayBuffer(exportPublicKey(publicKey)),
    sign: async (_algorithm: unknown, _key: unknown, data: Uint8Array) => toArrayBuffer(sign(null, data, signingKey)),
  };
  return { subtle } as unknown as Signer;
}

function nameAuthority({ meshId, role, service }: LeafHolder): string {
  return `CN=ambassador ${meshId} ${role} ${service}`;
}

/**
 * Two authorities, for OpenSSL looks at each handshake for the issuer of what it shows among those that it accepts, and where it finds him verifies its own
 * certificate and sends his along.
 */
function nameRoot(meshId: string, end: End): string {
  return `CN=ambassador ${meshId} machines${end === 'server' ? '' : ' that dial'}`;
}

/** 40 hexadecimal digits that stand for a key, public or private (RFC 7093 2 (1)). */
export function identifyKey(key: KeyObject): string {
  return createHash('sha256').update(exportPublicKey(key)).digest().subarray(0, KEY_ID_BYTES).toString('hex');
}

function exportPublicKey(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' });
}

/** The bytes of a certificate that stands as PEM. */
export function pemToDer(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}

export function derToPem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
