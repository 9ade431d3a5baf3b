import { FLAG_AUTHORITATIVE, FLAG_RESPONSE, FLAG_TRUNCATED } from './header.ts';
import { MAX_SENT_BYTES } from './limits.ts';
import type { Message, Question } from './message.ts';
import { nameKey } from './name.ts';
import { PacketWriter } from './packet-writer.ts';
import type { RecordData, ResourceRecord } from './record.ts';

/**
 * RFC 6762 17: below the smallest MTU that IPv6 allows, 1280 (RFC 8200 5), with room for the headers of IPv6 and UDP. VPNs and
 * tunnels have it, and who drops fragments on the way would drop all that is larger.
 */
const MAX_SPLIT_BYTES = 1232;

/**
 * The bytes of a message, whatever their number. Responses have QR and AA set (RFC 6762 18.2, 18.4). Throws an {@link MdnsError}
 * when a label is empty or over 63 bytes, a name over 255, a TXT string over 255, an address no literal.
 */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new PacketWriter({ compression: isLegacyResponse(message) ? 'but-srv' : 'all' });
  const { questions, answers, authorities, additionals } = message;
  for (const question of questions) writer.writeQuestion(question);
  for (const section of [answers, authorities, additionals]) {
    for (const record of section) writer.writeRecord(record);
  }
  const flags =
    (message.kind === 'response' ? FLAG_RESPONSE | FLAG_AUTHORITATIVE : 0) | (message.truncated ? FLAG_TRUNCATED : 0);
  const header = [message.id, flags, questions.length, answers.length, authorities.length, additionals.length];
  for (const [at, value] of header.entries()) writer.setUint16(2 * at, value);
  return writer.finish();
}

/** The canonical rdata: no name is compressed (RFC 6762 8.2). */
export function encodeRdata(data: RecordData): Uint8Array {
  const writer = new PacketWriter({ start: 0, compression: 'none' });
  writer.writeRdata(data);
  return writer.finish();
}

/**
 * The packets of a message, each of `maxBytes` at most. A query's known answers go on in further packets without questions, TC
 * set on all but the last (RFC 6762 7.2); a question and the authority records of its name stay together (8.1). A
 * response keeps its order over as many packets as its answers need, and its additionals only where room is left in the last. What
 * is too large for `maxBytes` goes alone in a packet of up to 9000 bytes with its headers (17); beyond that it is left out.
 */
export function splitMessage(message: Message, maxBytes: number = MAX_SPLIT_BYTES): readonly Uint8Array[] {
  const whole = encodeMessage(message);
  if (whole.length <= maxBytes) return [whole];
  const packing = new Packing(maxBytes);
  for (const group of groupQuestions(message)) packing.add(group);
  for (const answer of message.answers) packing.add({ answers: [answer] });
  for (const additional of message.additionals) packing.addIfRoom({ additionals: [additional] });
  const isContinued = message.kind === 'query' && message.answers.length > 0;
  return packing.parts.map((part, index) =>
    encodeMessage({
      ...message,
      ...part,
      truncated: index < packing.parts.length - 1 ? isContinued : message.truncated,
    }),
  );
}

/** RFC 6762 6.7: it alone repeats the question. Whoever asks as in unicast DNS may not know names in SRV data that are compressed (18.14). */
function isLegacyResponse({ kind, questions }: Message): boolean {
  return kind === 'response' && questions.length > 0;
}

/** Things that travel in one packet together. */
interface PacketGroup {
  readonly questions?: readonly Question[];
  readonly answers?: readonly ResourceRecord[];
  readonly authorities?: readonly ResourceRecord[];
  readonly additionals?: readonly ResourceRecord[];
}

interface PacketPart {
  readonly questions: Question[];
  readonly answers: ResourceRecord[];
  readonly authorities: ResourceRecord[];
  readonly additionals: ResourceRecord[];
}

/** Fills packets in order. */
class Packing {
  readonly parts: PacketPart[] = [];
  readonly #maxBytes: number;
  /** What is in the last part. */
  #writer: PacketWriter = new PacketWriter();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(group: PacketGroup): void {
    if (this.addIfRoom(group)) return;
    const writer = new PacketWriter();
    writeGroup(writer, group);
    if (writer.length > MAX_SENT_BYTES) return;
    this.#writer = writer;
    const part: PacketPart = { questions: [], answers: [], authorities: [], additionals: [] };
    this.parts.push(part);
    join(part, group);
  }

  /**
   * A packet's size does not depend on the order in which its names are written: each distinct suffix is spelled out once. So
   * what is measured here in the order of adding holds when the sections are written one after the other.
   */
  addIfRoom(group: PacketGroup): boolean {
    const part = this.parts.at(-1);
    if (part === undefined) return false;
    const mark = this.#writer.mark();
    writeGroup(this.#writer, group);
    if (this.#writer.length > this.#maxBytes) {
      this.#writer.rewind(mark);
      return false;
    }
    join(part, group);
    return true;
  }
}

function writeGroup(writer: PacketWriter, group: PacketGroup): void {
  for (const question of group.questions ?? []) writer.writeQuestion(question);
  for (const section of [group.answers, group.authorities, group.additionals]) {
    for (const record of section ?? []) writer.writeRecord(record);
  }
}

function join(part: PacketPart, group: PacketGroup): void {
  part.questions.push(...(group.questions ?? []));
  part.answers.push(...(group.answers ?? []));
  part.authorities.push(...(group.authorities ?? []));
  part.additionals.push(...(group.additionals ?? []));
}

/** Each question with the authority records of its name, which come with the first question for it. */
function groupQuestions(message: Message): readonly PacketGroup[] {
  const authorities = new Map<string, ResourceRecord[]>();
  for (const record of message.authorities) {
    const key = nameKey(record.name);
    authorities.set(key, [...(authorities.get(key) ?? []), record]);
  }
  const groups: PacketGroup[] = message.questions.map((question) => {
    const key = nameKey(question.name);
    const own = authorities.get(key) ?? [];
    authorities.delete(key);
    return { questions: [question], authorities: own };
  });
  return [...groups, ...[...authorities.values()].map((rest) => ({ authorities: rest }))];
}
