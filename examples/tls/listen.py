"""python3 listen.py WORD: hears every frame on eth0 until SIGTERM, then says whether the word could be read."""

import signal
import socket
import sys

ETH_P_ALL = 3
word = sys.argv[1].encode()
cable = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
cable.bind(("eth0", 0))
heard = 0
read = False


def hear():
    global heard, read
    read |= word in cable.recv(1 << 17)
    heard += 1


def finish(*_):
    cable.setblocking(False)
    try:
        while True:
            hear()
    except BlockingIOError:
        pass
    print(f"of {heard} frames: {'readable' if read else 'nothing to read'}", flush=True)
    sys.exit()


signal.signal(signal.SIGTERM, finish)
print("listening", flush=True)
while True:
    hear()
