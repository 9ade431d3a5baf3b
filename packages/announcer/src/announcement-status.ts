import type { Txt } from '@mdns-ambassador/mdns';

/** An announcement as CONTRACT 3 shows it: ready for `JSON.stringify`. */
export interface AnnouncementStatus {
  readonly service: string;
  readonly instance: string;
  readonly type: string;
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly txt: Readonly<Record<string, TxtJson>>;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  /** `mdns`, or the registry where there is no mDNS. */
  readonly source: string;
  readonly state: 'probing' | 'announced' | 'withdrawn' | 'draining';
}

/** Text as a string, other bytes in base64, `true` for a key without value (CONTRACT 2). */
export type TxtJson = string | true | { readonly base64: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function describeTxt(txt: Txt): Readonly<Record<string, TxtJson>> {
  return Object.fromEntries([...txt].map(([key, value]) => [key, value === true ? true : describeBytes(value)]));
}

function describeBytes(bytes: Uint8Array): TxtJson {
  try {
    return decoder.decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
