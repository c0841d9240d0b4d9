"""A reverse proxy of deploy/ on loopback: its file with other ports and a certificate of the test's own."""

import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.programs import DEPLOY, ROOT, environment, program

NAME: Final = "testdesk.example.com"
KEY: Final = "a-key-of-the-tests"
PATIENCE: Final = 60.0
UPSTREAMS: Final = ("127.0.0.1:8765", "127.0.0.1:8766")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Certificate:
    """A certificate for the name in the files, which signs itself."""

    def __init__(self, folder: Path) -> None:
        self.chain, self.key = folder / "fullchain.pem", folder / "privkey.pem"
        private = ec.generate_private_key(ec.SECP256R1())
        name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(private, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.chain.write_bytes(certificate.public_bytes(pem))
        plain = serialization.NoEncryption()
        self.key.write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))

    def context(self) -> ssl.SSLContext:
        """What a client trusts."""
        return ssl.create_default_context(cafile=str(self.chain))


def replaced(text: str, changes: dict[str, str]) -> str:
    """A file with a few of its words replaced, each of which it has to have."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx_file(folder: Path, port: int, upstreams: Sequence[str], certificate: Certificate) -> tuple[Path, list[str]]:
    """The file of nginx, and how it is started in front."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    changes = dict(zip(UPSTREAMS, upstreams, strict=True)) | {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "user www-data;": "user root;" if os.geteuid() == 0 else "",
        "/etc/ssl/testdesk/fullchain.pem": str(certificate.chain),
        "/etc/ssl/testdesk/privkey.pem": str(certificate.key),
        "/var/log/nginx/testdesk.log": str(folder / "access.log"),
        # What Debian's package creates, elsewhere.
        "http {\n": "http {\n"
        + "".join(f"{kind}_temp_path {folder / kind};\n" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        + f"client_body_temp_path {folder / 'body'};\n",
    }
    file = folder / "nginx.conf"
    file.write_text(f"pid {folder / 'pid'};\n" + replaced(text, changes))
    return file, [program("nginx"), "-c", str(file), "-p", str(folder), "-g", "daemon off;"]


def caddy_file(folder: Path, port: int, upstreams: Sequence[str], certificate: Certificate) -> tuple[Path, list[str]]:
    """The file of Caddy, and how it is started in front."""
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    changes = dict(zip(UPSTREAMS, upstreams, strict=True)) | {
        "testdesk.example.com {\n": f"testdesk.example.com:{port} {{\n\tbind 127.0.0.1\n"
        f"\ttls {certificate.chain} {certificate.key}\n",
        "admin off\n": "admin off\n\tauto_https disable_redirects\n",
    }
    file = folder / "Caddyfile"
    file.write_text(replaced(text, changes))
    return file, [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)]


MAKES: Final = {"nginx": nginx_file, "caddy": caddy_file}


@contextmanager
def started(command: Sequence[str], port: int, log: Path, env: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that listens on a port, and is ended afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        until = time.monotonic() + PATIENCE
        while not _listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def proxy(kind: str, folder: Path, upstreams: Sequence[str]) -> Iterator[tuple[int, Certificate]]:
    """A proxy of this kind in front of two addresses."""
    folder.mkdir()
    certificate, port = Certificate(folder), free_port()
    _, command = MAKES[kind](folder, port, upstreams, certificate)
    with started(command, port, folder / "log", environment()):
        yield port, certificate


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A real server on the sandbox, behind a key; its address."""
    port = free_port()
    command = str(Path(sys.executable).parent / "testdesk")
    options = ["--sandbox", "--toolsets", "all", "--port", str(port), "--allow-host", NAME, "--drain", "1"]
    env = {**environment(), "TESTDESK_HTTP_KEY": KEY}
    with started([command, "serve", "--http", *options], port, folder / "testdesk.log", env):
        yield f"127.0.0.1:{port}"


def logged(folder: Path) -> str:
    """All that a proxy wrote."""
    return "".join(re.sub(r"\s+", " ", file.read_text(errors="replace")) for file in folder.glob("*log"))
