"""publish JSON: a service until it is told to stop. links JSON: several, each on the link of its address alone. watch TYPE: one line of
JSON for each event. change ADDRESS: as changing.mjs."""

import json
import signal
import socket
import sys
import threading

from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

RESOLVE_TIMEOUT_MS = 30000

stopping = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stopping.set())


def describe_service(service):
    domain = service["type"] + ".local."
    return ServiceInfo(
        domain,
        service["instance"] + "." + domain,
        addresses=[socket.inet_aton(service["address"])],
        port=service["port"],
        properties=service["txt"],
        server=socket.gethostname() + "-python.local.",
    )


def publish(zeroconf, service):
    info = describe_service(service)
    zeroconf.register_service(info)
    print("ready")
    stopping.wait()
    zeroconf.unregister_service(info)


def change(zeroconf, address):
    infos = {}

    def claim(info):
        asked = info.name
        zeroconf.register_service(info, allow_name_change=True)
        # One write each: threads that print at once would mix their words.
        if info.name != asked:
            sys.stdout.write(f"renamed {asked} -> {info.name}\n")
        sys.stdout.write(f"announced {info.name}\n")

    def read():
        for line in sys.stdin:
            command = json.loads(line)
            key = command["key"]
            if command["op"] == "close":
                zeroconf.unregister_service(infos.pop(key))
                continue
            info = describe_service({**command["service"], "address": address})
            if command["op"] == "update":
                info.name = infos[key].name
                zeroconf.update_service(info)
            else:
                threading.Thread(target=claim, args=(info,), daemon=True).start()
            infos[key] = info

    print("ready")
    threading.Thread(target=read, daemon=True).start()
    stopping.wait()
    zeroconf.unregister_all_services()


class Printer:
    def __init__(self, type_):
        self.type = type_

    def describe(self, zeroconf, domain, name, event):
        info = zeroconf.get_service_info(domain, name, RESOLVE_TIMEOUT_MS)
        if info is None:
            print("unresolved", name)
            return
        txt = {
            key.decode(): None if value is None else value.decode()
            for key, value in info.properties.items()
        }
        service = {
            "instance": name[: -len(domain) - 1],
            "type": self.type,
            "host": info.server.rstrip("."),
            "port": info.port,
            "addresses": [a for a in info.parsed_addresses() if ":" not in a],
            "txt": txt,
        }
        print(json.dumps({"event": event, "service": service}))

    def add_service(self, zeroconf, domain, name):
        self.describe(zeroconf, domain, name, "added")

    def update_service(self, zeroconf, domain, name):
        self.describe(zeroconf, domain, name, "updated")

    def remove_service(self, zeroconf, domain, name):
        print(json.dumps({"event": "removed", "instance": name[: -len(domain) - 1]}))


def watch(zeroconf, type_):
    ServiceBrowser(zeroconf, type_ + ".local.", Printer(type_))
    print("ready")
    stopping.wait()


def publish_by_links(services):
    by_link = [(Zeroconf(interfaces=[each["address"]]), describe_service(each)) for each in services]
    claims = [threading.Thread(target=link.register_service, args=(info,)) for link, info in by_link]
    for claim in claims:
        claim.start()
    for claim in claims:
        claim.join()
    print("ready")
    stopping.wait()
    for link, _ in by_link:
        link.close()


if sys.argv[1] == "links":
    publish_by_links(json.loads(sys.argv[2]))
    sys.exit()
zeroconf = Zeroconf()
if sys.argv[1] == "publish":
    publish(zeroconf, json.loads(sys.argv[2]))
elif sys.argv[1] == "change":
    change(zeroconf, sys.argv[2])
else:
    watch(zeroconf, sys.argv[2])
zeroconf.close()
