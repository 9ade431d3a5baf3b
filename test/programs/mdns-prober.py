"""mdns-prober.py: a raw peer on eth0, in both families. Prints `ready`, then as JSON each packet that comes to the group, to this host's port
5353 or to the port it asks from as a resolver: {"family", "ttl", "from", "fromPort", "to", "toPort", "hex"}. Sends each line of its input:
{"hex", "to", "toPort", "from": "mdns" | "resolver", "source": ADDRESS}.
"""

import json
import select
import socket
import struct
import sys
import threading

PORT = 5353
RECEIVE_TTL = 12  # IP_RECVTTL
PACKET_INFO = 8  # IP_PKTINFO
RECEIVE_PACKET_INFO_6, PACKET_INFO_6 = 49, 50
RECEIVE_HOP_LIMIT_6, HOP_LIMIT_6 = 51, 52


def open_ipv4(port):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.IPPROTO_IP, RECEIVE_TTL, 1)
    opened.setsockopt(socket.IPPROTO_IP, PACKET_INFO, 1)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    request = struct.pack("4s4si", socket.inet_aton("224.0.0.251"), bytes(4), INDEX)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, request)
    opened.bind(("", port))
    if port == PORT:
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    return opened


def open_ipv6(port):
    opened = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    opened.setsockopt(socket.IPPROTO_IPV6, RECEIVE_HOP_LIMIT_6, 1)
    opened.setsockopt(socket.IPPROTO_IPV6, RECEIVE_PACKET_INFO_6, 1)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, INDEX)
    opened.bind(("::", port))
    if port == PORT:
        request = socket.inet_pton(socket.AF_INET6, "ff02::fb") + struct.pack("i", INDEX)
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
    return opened


def report(family, received):
    data, ancillary, _, source = received.recvmsg(9000, 200)
    ttl = to = None
    for level, kind, value in ancillary:
        if (level, kind) in ((socket.IPPROTO_IP, 2), (socket.IPPROTO_IPV6, HOP_LIMIT_6)):
            ttl = struct.unpack("i", value)[0]
        elif (level, kind) == (socket.IPPROTO_IP, PACKET_INFO):
            to = socket.inet_ntoa(value[8:12])
        elif (level, kind) == (socket.IPPROTO_IPV6, PACKET_INFO_6):
            to = socket.inet_ntop(socket.AF_INET6, value[:16])
    told = {"family": family, "ttl": ttl, "from": source[0].split("%")[0], "fromPort": source[1]}
    told.update(to=to, toPort=received.getsockname()[1], hex=data.hex())
    print(json.dumps(told), flush=True)


def send(order):
    family = 6 if ":" in order["to"] else 4
    target = (order["to"], order["toPort"]) if family == 4 else (order["to"], order["toPort"], 0, INDEX)
    sender = sockets[family, order["from"]]
    ancillary = []
    if "source" in order:
        packet_info = struct.pack("i4s4s", INDEX, socket.inet_aton(order["source"]), bytes(4))
        ancillary = [(socket.IPPROTO_IP, PACKET_INFO, packet_info)]
    sender.sendmsg([bytes.fromhex(order["hex"])], ancillary, 0, target)


INDEX = socket.if_nametoindex("eth0")
sockets = {
    (4, "mdns"): open_ipv4(PORT),
    (4, "resolver"): open_ipv4(0),
    (6, "mdns"): open_ipv6(PORT),
    (6, "resolver"): open_ipv6(0),
}
families = {opened: family for (family, _), opened in sockets.items()}


def obey():
    for line in sys.stdin:
        send(json.loads(line))


threading.Thread(target=obey, daemon=True).start()
print("ready", flush=True)
while True:
    for received in select.select(families, [], [])[0]:
        report(families[received], received)
