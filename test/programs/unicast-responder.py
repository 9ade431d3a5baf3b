"""A responder on eth0 that announces nothing and answers every question by unicast, as some small devices do. Prints `ready`, and
`answered TYPE` each time. unicast-responder.py INSTANCE PORT TTL zero|same: the number of its answers."""
import socket, struct, sys

instance, port, ttl, numbering = sys.argv[1:5]
GROUP = '224.0.0.251'
TYPES = {1: 'A', 12: 'PTR', 16: 'TXT', 33: 'SRV'}


def name(*labels):
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def record(owner, kind, data):
    return owner + struct.pack('!HHIH', kind, 1, int(ttl), len(data)) + data


def read_question(packet):
    at, labels = 12, []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]])
        at += 1 + packet[at]
    return name(*labels), struct.unpack('!H', packet[at + 1:at + 3])[0]


opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
opened.bind(('', 5353))
request = struct.pack('4s4si', socket.inet_aton(GROUP), bytes(4), socket.if_nametoindex('eth0'))
opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
TYPE = name(b'_thing', b'_tcp', b'local')
NAME = bytes([len(instance)]) + instance.encode() + TYPE
HOST = name(instance.encode(), b'local')
print('ready', flush=True)
while True:
    packet, source = opened.recvfrom(9000)
    number, flags, questions = struct.unpack('!3H', packet[:6])
    if flags & 0x8000 or not questions:
        continue
    owner, kind = read_question(packet)
    if owner not in (TYPE, NAME, HOST):
        continue
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(source)
        own = socket.inet_aton(probe.getsockname()[0])
    answers = [
        record(TYPE, 12, NAME),
        record(NAME, 33, struct.pack('!3H', 0, 0, int(port)) + HOST),
        record(NAME, 16, b'\0'),
        record(HOST, 1, own),
    ]
    head = struct.pack('!6H', number if numbering == 'same' else 0, 0x8400, 0, len(answers), 0, 0)
    opened.sendto(head + b''.join(answers), source)
    print('answered', TYPES.get(kind, kind), flush=True)
