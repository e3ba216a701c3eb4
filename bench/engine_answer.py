#!/usr/bin/python3 -I
"""engine_answer.py SOCKET TIMES PATH...: how long the engine itself takes for the lists at these paths, together, in
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
        for path in sys.argv[3:]:
            engine.request("GET", path)
            engine.getresponse().read()
        print((time.monotonic_ns() - begin) / 1000)


main()
