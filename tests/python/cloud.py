"""Runs moto's server on a free loopback port, prints the port, and ends when standard input is closed.

The images of the fleet replace moto's own thirteen hundred: starting instances is then fast.
"""

import logging
import os
import sys

os.environ["MOTO_AMIS_PATH"] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "images.json")
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "true"

import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # a service that moto lacks is part of a test
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()  # the end of whoever started this closes the pipe, however it ended
os._exit(0)
