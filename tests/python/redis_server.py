"""Runs a server of the Redis protocol on a free loopback port: redis_server.py PROGRAM PASSWORD

Prints the port once the server answers, and ends it when standard input is closed. With an empty password it asks for none.
"""

import socket
import subprocess
import sys
import tempfile


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"PING\r\n")
            return bool(connection.recv(1))
    except OSError:
        return False


def start(program, password, folder):
    while True:  # another process may take the port first
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder]
        options += ["--requirepass", password] if password else []
        server = subprocess.Popen([program, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for line in server.stdout:
            if "eady to accept connections" in line and answers(port):
                return server, port
            if "ddress already in use" in line:
                break
        else:
            sys.exit(f"{program} ended with {server.wait()}")
        server.wait()


with tempfile.TemporaryDirectory() as folder:
    server, port = start(*sys.argv[1:], folder)
    print(port, flush=True)
    sys.stdin.read()  # the end of whoever started this closes the pipe, however it ended
    server.kill()
    server.wait()
