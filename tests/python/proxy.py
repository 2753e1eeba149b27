"""A proxy that opens what it tunnels: proxy.py FOLDER PORT

It answers CONNECT and speaks TLS in the place of whatever host was asked for; the requests inside go to PORT of loopback, in
the clear. A client that starts with TLS at once is answered as `localhost`. The certificate of its throw-away authority is
FOLDER/ca.pem. It prints its port, then each target of CONNECT, and ends when standard input is closed.
"""

import datetime
import ipaddress
import os
import socket
import ssl
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FOLDER, PORT = sys.argv[1], int(sys.argv[2])
NAMES = ["localhost", "*.us-east-1.amazonaws.com"]


def certificate(name, issuer=None):
    """Returns a key and a certificate, signed by the issuer's pair or by itself as an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key, issuer_name = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        names = [x509.DNSName(name) for name in NAMES] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


def pem(folder, file, *parts):
    path = os.path.join(folder, file)
    with open(path, "wb") as out:
        for part in parts:
            out.write(part)
    return path


def encoded(key, signed):
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, signed.public_bytes(serialization.Encoding.PEM)


def relay(source, target):
    """Copies until one side ends."""
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    try:
        if client.recv(1, socket.MSG_PEEK) != b"\x16":
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            method, target = head.split(b" ")[:2]
            if method != b"CONNECT":
                client.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
                return
            print(target.decode(), flush=True)
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        inside = context.wrap_socket(client, server_side=True)
        upstream = socket.create_connection(("127.0.0.1", PORT))
    except OSError:
        return  # the client does not trust the certificate, or went away
    threading.Thread(target=relay, args=(upstream, inside), daemon=True).start()
    relay(inside, upstream)


authority = certificate("Authority of a test")
server = certificate("server of a test", authority)
pem(FOLDER, "ca.pem", encoded(*authority)[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(pem(FOLDER, "server.pem", *encoded(*server)))
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)


def accept():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()  # the end of whoever started this closes the pipe, however it ended
os._exit(0)
