"""Servers on a loopback port, for claims about the real network: connections, certificates, proxies."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSListener
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Conversation = Callable[[ByteStream], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Conversation, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free port until the block ends; gives the port."""
    plain = await anyio.create_tcp_listener(local_host="127.0.0.1")
    listener = plain if tls is None else TLSListener(plain, tls, standard_compatible=False)

    async def serve(stream: ByteStream) -> None:
        async with stream:
            with anyio.move_on_after(10):
                await talk(stream)

    async with plain, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield plain.extra(SocketAttribute.local_port)
        group.cancel_scope.cancel()


async def head(stream: ByteStream) -> str:
    """Read a request up to its empty line."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += await stream.receive()
    return read.decode()


def document(body: bytes) -> bytes:
    """A whole answer with a JSON body, after which the connection ends."""
    lines = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
    return lines.encode() + b"\r\n\r\n" + body


def company_certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for these names, and the file of the authority nobody else trusts."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Company Authority")])
    started = datetime.now(UTC) - timedelta(hours=1)
    public = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())

    def usage(*, signs: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=not signs,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=signs,
            crl_sign=signs,
            encipher_only=False,
            decipher_only=False,
        )

    def started_certificate(subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority_name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(started)
            .not_valid_after(started + timedelta(days=1))
        )

    authority = (
        started_certificate(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs=True), critical=True)
        .add_extension(public, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
    ]
    server = (
        started_certificate(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]),
            server_key.public_key(),
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(public), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    (folder / "server.key").write_bytes(
        server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context, folder / "authority.pem"
