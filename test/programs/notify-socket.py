"""notify-socket.py PATH: says what is sent to a unix datagram socket, as systemd's NOTIFY_SOCKET is, one line each."""

import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("ready", flush=True)
while True:
    # The descriptor that comes with BARRIER=1 is not taken, so that it is closed and the sender goes on.
    for line in receiver.recv(4096).decode().splitlines():
        print(line, flush=True)
