#!/usr/bin/python3 -I
"""scale.py ENGINE FROM TO: makes containers FROM to TO-1, which never start: every other one is labelled as another
user's bundle with an address outside the pool, the others are anyone's."""
import http.client
import json
import queue
import socket
import sys
import threading


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])


def make(connection, number):
    name, labels = f"other-{number}", {}
    if number % 2:
        name = f"bot-bottle-sidecars-x{number}"
        labels = {"io.bot-bottle.slug": f"x{number}", "io.bot-bottle.owner": "4242", "io.bot-bottle.backend": "smolvm",
                  "io.bot-bottle.alias": f"127.0.{1 + number // 250}.{number % 250}", "io.bot-bottle.launcher": "0" * 32}
    connection.request("POST", "/containers/create?name=" + name,
                       json.dumps({"Image": "tiny", "Labels": labels, "HostConfig": {"NetworkMode": "none"}}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 201:
        sys.exit(f"{answer.status} {text!r}")


def main():
    todo = queue.Queue()
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        todo.put(number)

    def work():
        connection = Engine("docker", timeout=300)
        while True:
            try:
                make(connection, todo.get_nowait())
            except queue.Empty:
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
