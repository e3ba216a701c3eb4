#!/usr/bin/python3 -I
"""A proxy on a unix socket between bottle and a real engine, that logs each request and does wrong when it is told to.

    faultproxy.py LISTEN ENGINE LOG    passes everything on, and writes each request to LOG: its key, a tab, its first line

As a module: Proxy(listen, engine), then .arm(key, nth, fault). A key is the request with ids, versions and
queries taken out, "POST /containers/create"; the fault happens once, at the NTH request of that key.
"""
import collections
import os
import re
import select
import socket
import sys
import threading

GIB = 1 << 30
FAULTS = {
    "hold": "no answer, however long one waits",
    "truncate": "the engine acts, and its answer breaks off in the middle",
    "reset": "the connection is reset before the engine hears of it",
    "500": "HTTP 500 in the engine's place",
    "garbage": "bytes that are no HTTP",
    "badjson": "HTTP 200 with a body that is no JSON",
    "gig": "HTTP 200 with 1 GiB of JSON",
    "close": "the connection is closed before the engine hears of it",
    "lost": "the engine acts, and the connection is closed instead of its answer",
}


def key_of(head):
    """The first line of a request, for people and for counting."""
    method, target = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2]
    path, _, query = target.partition("?")
    path = re.sub(r"^/v1\.\d+", "", path)
    path = re.sub(r"/[0-9a-f]{12,64}(?=/|$)", "/ID", path)
    path = re.sub(r"/bot-bottle-(sidecars|bundle)-[a-z0-9-]+(?=/|$)", r"/\1", path)
    path = re.sub(r"^/images/(?!get).*/json$", "/images/NAME/json", path)
    if path == "/events":
        path += " of a " + ("network" if "%22%6E%65%74" in query or "network" in query[:90] or
                            "%6E%65%74%77%6F%72%6B" in query else "container")
    return f"{method} {path}"


class Proxy:
    def __init__(self, listen, engine, group=None, log=None):
        self.engine, self.log_file = engine, log
        self.lock = threading.Lock()
        self.seen = collections.Counter()
        self.log = []
        self.armed = None
        self.fired = threading.Event()
        self.release = threading.Event()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(listen)
        if group is not None:
            os.chown(listen, 0, group)
        os.chmod(listen, 0o660)
        self.socket.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, key, nth, fault):
        """What has been seen so far is forgotten."""
        with self.lock:
            self.release.set()
            self.release = threading.Event()
            self.seen.clear()
            self.log = []
            self.armed = (key, nth, fault) if key else None
            self.fired.clear()

    def accept(self):
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def fault_for(self, request):
        key = key_of(request)
        with self.lock:
            self.seen[key] += 1
            self.log.append((key, self.seen[key]))
            if self.log_file:
                line = request.split(b"\r\n", 1)[0].decode("latin-1")
                print(key, line, sep="\t", file=self.log_file, flush=True)
            if self.armed and self.armed[:2] == (key, self.seen[key]):
                fault, self.armed = self.armed[2], None
                self.fired.set()
                return fault
        return None

    def serve(self, client):
        upstream = socket.socket(socket.AF_UNIX)
        try:
            upstream.connect(self.engine)
            self.relay(client, upstream)
        except OSError:
            pass
        finally:
            client.close()
            upstream.close()

    def relay(self, client, upstream):
        """Until one side has ended, or a fault has."""
        cut = None  # of the answer that comes
        while True:
            ready, _, _ = select.select([client, upstream], [], [])
            if upstream in ready:
                data = upstream.recv(1 << 16)
                if not data or cut == "lost":
                    return
                if cut == "truncate":
                    head = data.find(b"\r\n\r\n") + 4
                    keep = (head + len(data)) // 2 if len(data) > head > 3 else len(data) // 2
                    client.sendall(data[:keep])
                    return
                client.sendall(data)
            if client in ready:
                request = self.peek(client)
                if not request:
                    return
                fault = self.fault_for(request)
                if fault == "reset":
                    return  # a unix socket that is closed with something unread is reset
                client.recv(len(request))
                if fault in (None, "truncate", "lost"):
                    cut = fault
                    upstream.sendall(request)
                else:
                    self.answer(client, fault)
                    return

    @staticmethod
    def peek(client):
        """A whole request, left where it is."""
        have = -1
        while True:
            data = client.recv(1 << 18, socket.MSG_PEEK)
            if not data:
                return b""
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", data[:end + 2])
                whole = end + 4 + (int(length.group(1)) if length else 0)
                if len(data) >= whole:
                    return data[:whole]
            if len(data) == have:
                select.select([], [], [], 0.005)
            have = len(data)

    def answer(self, client, fault):
        head = "HTTP/1.1 %s\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        if fault == "hold":
            release = self.release
            while not release.wait(0.05):
                if select.select([client], [], [], 0)[0] and not client.recv(1, socket.MSG_PEEK):
                    return
        elif fault == "500":
            body = b'{"message":"scripted fault"}'
            client.sendall((head % ("500 Internal Server Error", len(body))).encode() + body)
        elif fault == "garbage":
            client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\x00\xff\x1b[31m")
        elif fault == "badjson":
            client.sendall((head % ("200 OK", 7)).encode() + b'{"Id":}')
        elif fault == "gig":
            client.sendall((head % ("200 OK", GIB)).encode() + b"[")
            block = b" " * (1 << 20)
            for _ in range(1024):
                client.sendall(block)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[3], "a", encoding="utf-8") as log:
        Proxy(sys.argv[1], sys.argv[2], int(os.environ["GROUP"]) if "GROUP" in os.environ else None, log)
        threading.Event().wait()


if __name__ == "__main__":
    main()
