export { encodeTxt, isSameTxt } from '../txt.ts';
export { encodeRdata } from './encode.ts';
export { formatName, type Name, nameKey, parseName } from './name.ts';
export { PacketWriter } from './packet-writer.ts';
export { NameReader } from './read-name.ts';
export { dataKey, type RecordData, TYPE_ANY, TYPE_CODES, typeCode } from './record.ts';
