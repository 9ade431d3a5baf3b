"""Announces an instance of _thing._tcp by frames of its own making, whatever its host's addresses are, twice a second until it is
stopped: mdns-forger.py INTERFACE SOURCE INSTANCE ADDRESS PORT [TO MAC]; without TO to the group."""
import socket, struct, sys, time

interface, source, instance, address, port = sys.argv[1:6]
is6 = ':' in source
to, mac = sys.argv[6:8] or (('ff02::fb', '33:33:00:00:00:fb') if is6 else ('224.0.0.251', '01:00:5e:00:00:fb'))


def name(*labels):
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def record(owner, kind, data, ttl=120, flush=0x8000):
    return owner + struct.pack('!HHIH', kind, flush | 1, ttl, len(data)) + data


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


TYPE = name(b'_thing', b'_tcp', b'local')
NAME = bytes([len(instance)]) + instance.encode() + TYPE
HOST = name(instance.encode(), b'local')
DNS = struct.pack('!6H', 0, 0x8400, 0, 4, 0, 0) + b''.join([
    record(TYPE, 12, NAME, 4500, 0),
    record(NAME, 33, struct.pack('!3H', 0, 0, int(port)) + HOST),
    record(NAME, 16, b'\0'),
    record(HOST, 1, socket.inet_aton(address)),
])
length = 8 + len(DNS)
family = socket.AF_INET6 if is6 else socket.AF_INET
ends = socket.inet_pton(family, source) + socket.inet_pton(family, to)
pseudo = ends + struct.pack('!II' if is6 else '!HH', *((length, 17) if is6 else (17, length)))
udp = struct.pack('!4H', 5353, 5353, length, 0) + DNS
udp = udp[:6] + struct.pack('!H', checksum(pseudo + udp)) + udp[8:]
if is6:
    packet = struct.pack('!IHBB', 0x60000000, length, 17, 255) + ends + udp
else:
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + length, 1, 0, 255, 17, 0) + ends
    packet = head[:10] + struct.pack('!H', checksum(head)) + head[12:] + udp
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind((interface, 0))
frame = bytes.fromhex(mac.replace(':', '')) + raw.getsockname()[4] + (b'\x86\xdd' if is6 else b'\x08\x00') + packet
print('ready', flush=True)
while True:
    raw.send(frame)
    time.sleep(0.5)
