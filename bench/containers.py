#!/usr/bin/python3 -I
"""containers.py SOCKET FROM TO: starts bundles FROM to TO-1 as other launches would: named by the prefix, labelled and
published on an address. The first fifteen hold those of the pool but the last one, the others some outside of it."""
import http.client
import json
import queue
import socket
import sys
import threading

HELD, POOL_FIRST = 15, 16


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])


def ask(connection, path, body, want):
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status not in want:
        sys.exit("%s: %d %r" % (path, answer.status, text))


def start(connection, number):
    address = "127.0.0.%d" % (POOL_FIRST + number) if number < HELD else "127.0.1.%d" % (number - HELD + 1)
    name = "bot-bottle-sidecars-b%d" % number
    ask(connection, "/containers/create?name=" + name, {
        "Image": "tiny", "ExposedPorts": {"8888/tcp": {}},
        "Labels": {"io.bot-bottle.slug": "b%d" % number, "io.bot-bottle.owner": "4242", "io.bot-bottle.alias": address,
                   "io.bot-bottle.backend": "smolvm", "io.bot-bottle.launcher": "0" * 32},
        "HostConfig": {"NetworkMode": "bench",
                       "PortBindings": {"8888/tcp": [{"HostIp": address, "HostPort": ""}]}}}, (201,))
    ask(connection, "/containers/%s/start" % name, {}, (204,))


def main():
    todo = queue.Queue()
    failed = []
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        todo.put(number)

    def work():
        connection = Engine("docker", timeout=300)
        try:
            while True:
                start(connection, todo.get_nowait())
        except queue.Empty:
            return
        except BaseException as why:  # a thread's end is nobody's but its own
            failed.append(why)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        sys.exit("bench/containers.py: %s" % failed[0])


main()
