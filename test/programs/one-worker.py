"""
python3 one-worker.py PORT: a service that answers one connection after another, and whose accept queue has room for one more.
Says `taken N` when it has read the line of a connection, and answers it `done` when a line comes on its standard input.
"""
import socket
import sys

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("0.0.0.0", int(sys.argv[1])))
server.listen(0)
print("ready", flush=True)
taken = 0
while True:
    client, _ = server.accept()
    if client.recv(256):
        taken += 1
        print(f"taken {taken}", flush=True)
        sys.stdin.readline()
        client.sendall(b"done\n")
    client.close()
