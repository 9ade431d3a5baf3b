"""python3 capture.py NEEDLE...: hears every frame of eth0, both ways, until its standard input ends. Then prints the number of frames with
payload, and of those that hold each needle, as JSON; needles may stretch over the segments of one connection."""

import json
import socket
import sys
import threading

ETH_P_ALL = 3
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
wire.bind(("eth0", 0))
wire.settimeout(0.2)
done = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
streams = {}
frames = 0
print("ready", flush=True)
while True:
    try:
        frame = wire.recv(1 << 18)
    except TimeoutError:
        if done.is_set():
            break
        continue
    frames += 1
    kind = int.from_bytes(frame[12:14], "big")
    key, payload = "other", frame
    if kind == 0x0800 and frame[23] == 6:
        start = 14 + (frame[14] & 15) * 4
        key = bytes(frame[26:34]) + bytes(frame[start:start + 4])
        payload = frame[start + (frame[start + 12] >> 4) * 4:]
    streams.setdefault(key, bytearray()).extend(payload)
counts = {needle: sum(stream.count(needle.encode()) for stream in streams.values()) for needle in sys.argv[1:]}
print(json.dumps({"frames": frames, "bytes": sum(map(len, streams.values())), "found": counts}), flush=True)
