"""ask-raw.py HOST PORT LINE: as ask.mjs, but tells a reset that comes right behind data, which libuv takes for an end."""

import errno
import json
import socket
import sys

host, port, line = sys.argv[1:]
connection = socket.create_connection((host, int(port)), 10)
connection.settimeout(20)
answer = b""
try:
    connection.sendall(line.encode() + b"\n")
    while chunk := connection.recv(65536):
        answer += chunk
    end = "end"
except OSError as error:
    end = errno.errorcode.get(error.errno, "timeout")
print(json.dumps({"answer": answer.decode(), "end": end}))
