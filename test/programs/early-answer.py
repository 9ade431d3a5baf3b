"""serve PORT: answers the beginning of a request with 10,000 bytes, which a kernel sends at once, and closes on the rest of it, as a web server does that refuses an upload.
ask PORT: uploads three million bytes, fifty times; prints how many bytes of each answer came, as JSON, and how often."""
import collections
import json
import socket
import sys
import threading

HEAD = b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 9925\r\nConnection: close\r\n\r\n"
ANSWER = HEAD.ljust(10_000, b"a")
BODY = b"r" * 3_000_000
REQUEST = b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n" + BODY
ROUNDS = 50
TIMEOUT = 20


def serve(port):
    server = socket.create_server(("", port), backlog=100)
    print("ready", flush=True)
    while True:
        client, _ = server.accept()
        threading.Thread(target=answer, args=(client,), daemon=True).start()


def answer(client):
    with client:
        client.recv(1_000)
        client.sendall(ANSWER)


def ask(port):
    heard = 0
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as server:
        try:
            server.sendall(REQUEST)
        except OSError:
            pass
        try:
            while piece := server.recv(65_536):
                heard += len(piece)
        except ConnectionResetError:
            pass
    return heard


mode, port = sys.argv[1], int(sys.argv[2])
if mode == "serve":
    serve(port)
else:
    print(json.dumps(collections.Counter(ask(port) for _ in range(ROUNDS))))
