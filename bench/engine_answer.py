#!/usr/bin/python3 -I
"""engine_answer.py SOCKET TIMES: how long the engine itself takes for the two lists that an allocation asks for, in
microseconds, one a line; by one connection that stays open."""
import http.client
import socket
import sys
import time


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])


def main():
    engine = Engine("docker", timeout=300)
    for _ in range(int(sys.argv[2])):
        begin = time.monotonic_ns()
        for path in ("/containers/json?all=1", "/networks"):
            engine.request("GET", path)
            engine.getresponse().read()
        print((time.monotonic_ns() - begin) / 1000)


main()
