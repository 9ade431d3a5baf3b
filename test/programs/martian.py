"""A neighbour's frames that no honest host sends: martian.py INTERFACE SOURCE MAC TCP_PORT ADDRESS UDP_PORT. Asks for a connection to
127.0.0.1:TCP_PORT at the host with this MAC until it is answered or two seconds are over, and sends a datagram to ADDRESS:UDP_PORT as if
from 127.0.0.2. Prints `answered` or `silent`."""
import socket, struct, sys, time

interface, source, mac, tcp_port, address, udp_port = sys.argv[1:7]
ETHERTYPE_IP = 0x0800


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(protocol, sender, target, payload):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, sender, target)
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload


def syn(sender, target):
    head = struct.pack('!HHIIBBHHH', 40000, int(tcp_port), 1, 0, 0x50, 2, 64240, 0, 0)
    pseudo = sender + target + struct.pack('!BBH', 0, 6, len(head))
    return packet(6, sender, target, head[:16] + struct.pack('!H', checksum(pseudo + head)) + head[18:])


def datagram(sender, target):
    return packet(17, sender, target, struct.pack('!HHHH', 40000, int(udp_port), 12, 0) + b'evil')


link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE_IP))
link.bind((interface, ETHERTYPE_IP))
own = link.getsockname()[4]
ethernet = bytes.fromhex(mac.replace(':', '')) + own + struct.pack('!H', ETHERTYPE_IP)
loopback, other = socket.inet_aton('127.0.0.1'), socket.inet_aton('127.0.0.2')
deadline = time.monotonic() + 2
link.settimeout(0.2)
while time.monotonic() < deadline:
    link.send(ethernet + syn(socket.inet_aton(source), loopback))
    link.send(ethernet + datagram(other, socket.inet_aton(address)))
    try:
        frame = link.recv(2048)
        while not (frame[23] == 6 and frame[26:30] == loopback):
            frame = link.recv(2048)
        print('answered')
        break
    except socket.timeout:
        pass
else:
    print('silent')
