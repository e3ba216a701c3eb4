"""Listeners for the guest's tests, one per behaviour. What they receive goes to the log, one line
each: NAME PAYLOAD. Usage: canary.py LOG NAME=ADDRESS:PORT..., prints `ready` when all listen."""
import select
import socket
import struct
import sys

LINGER = struct.pack("ii", 1, 0)
held = []  # open to the end


def question(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels) + " " + query[at + 1 :].hex()


def dns_reply(query):
    return query[:2] + b"\x81\x83" + query[4:]  # NXDOMAIN


def tcp(name, conn, log):
    """A connection has something to read. Returns whether to go on listening to it."""
    if name == "reset-early":
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        conn.close()
        return False
    data = conn.recv(512)
    if name == "silent" and data == b"":
        log(name, "gone")
        return False
    log(name, question(data[2:]) if name == "dns-tcp" else data.decode())
    if name == "echo":
        conn.sendall(b"canary " + data)
        conn.close()
    elif name == "http":
        head = data.split(b"\r\n")[0]
        conn.sendall(b"HTTP/1.0 200 OK\r\nX-Request: " + head + b"\r\n\r\n")
        conn.close()
    elif name == "hold-long":
        conn.sendall(b"x" * 100)
        held.append(conn)
    elif name == "hold-exact":
        conn.sendall(b"x" * 64)
        held.append(conn)
    elif name == "hold-short":
        conn.sendall(b"hi")
        held.append(conn)
    elif name == "data-reset":
        conn.sendall(b"hi")
        select.select([], [], [], 0.1)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        conn.close()
    elif name == "reset":
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        conn.close()
    elif name == "dns-tcp":
        conn.sendall(data[:2] + dns_reply(data[2:]))
        conn.close()
    elif name == "close":
        conn.close()
    return name == "silent"


def udp(name, sock, log, seen):
    data, peer = sock.recvfrom(512)
    dns = name.startswith("dns") or name.startswith("ns")
    log(name, question(data) if dns else data.decode())
    seen[name] = seen.get(name, 0) + 1
    if dns:
        sock.sendto(dns_reply(data), peer)
    elif name == "udp-echo":
        sock.sendto(b"canary " + data, peer)
    elif name == "udp-long":
        sock.sendto(b"y" * 900, peer)
    elif name == "udp-empty":
        sock.sendto(b"", peer)
    elif name == "udp-second" and seen[name] == 2:
        sock.sendto(b"again", peer)


def main():
    out = open(sys.argv[1], "w", buffering=1)
    seen = {}

    def log(name, payload):
        out.write(f"{name} {payload!r}\n")

    socks = {}
    for arg in sys.argv[2:]:
        name, where = arg.split("=")
        address, port = where.rsplit(":", 1)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        datagram = name.startswith(("udp", "ns")) or name == "dns-udp"
        sock = socket.socket(family, socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, int(port)))
        if not datagram:
            sock.listen(16)
        socks[sock] = (name, datagram)
    print("ready", flush=True)

    talking = {}
    while True:
        for sock in select.select([*socks, *talking], [], [])[0]:
            try:
                if sock in talking:
                    name = talking.pop(sock)
                    if tcp(name, sock, log):
                        talking[sock] = name
                elif socks[sock][1]:
                    udp(socks[sock][0], sock, log, seen)
                else:
                    talking[sock.accept()[0]] = socks[sock][0]
            except OSError as e:
                log("error", str(e))


main()
