"""An identity provider on this machine: metadata, keys, and tokens of any kind."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.team.serving import RESOURCE

KINDS = {"RS256": RSAAlgorithm, "PS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}


def private_key(name: str = "first", algorithm: str = "RS256", bits: int = 2048) -> Any:
    return _generated(name, KINDS[algorithm], bits)


@cache  # a key of 2048 bits takes a tenth of a second
def _generated(name: str, kind: type, bits: int) -> Any:
    if kind is ECAlgorithm:
        return ec.generate_private_key(ec.SECP256R1())
    if kind is OKPAlgorithm:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, bits)


def jwk(kid: str = "first", algorithm: str = "RS256", bits: int = 2048, **more: Any) -> dict[str, Any]:
    public: dict[str, Any] = KINDS[algorithm].to_jwk(  # type: ignore[attr-defined]  # each has its own kind of key
        private_key(kid, algorithm, bits).public_key(), as_dict=True
    )
    return {name: value for name, value in {**public, "kid": kid, **more}.items() if name != "key_ops"}


class Issuer:
    """What the server reads, and how often it did; a test changes it at will."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: list[dict[str, Any]] = [jwk(use="sig", alg="RS256")]
        self.metadata: dict[str, Any] = {"issuer": url, "jwks_uri": f"{url}/jwks"}
        self.is_away = False
        self.reads = Counter[str]()

    def token(self, *, kid: str | None = "first", key: Any = None, alg: str = "RS256", **claims: Any) -> str:
        """A token for anna with the scope to read; a claim that is None is left out, `headers` go into its header."""
        headers = {"kid": kid, "typ": "at+jwt", **claims.pop("headers", {})}
        now = int(time.time())
        usual = {"iss": self.url, "aud": RESOURCE, "sub": "anna", "exp": now + 300, "iat": now}
        given = {**usual, "scope": "testdesk:read", **claims}
        return jwt.encode(
            {name: value for name, value in given.items() if value is not None},
            key or private_key(kid or "first", alg),
            alg,
            headers={name: value for name, value in headers.items() if value is not None},
        )

    def document(self, path: str) -> Any:
        self.reads[path] += 1
        if self.is_away:
            return None
        return {"/.well-known/openid-configuration": self.metadata, "/jwks": {"keys": self.keys}}.get(path)


@contextmanager
def issuing() -> Iterator[Issuer]:
    """The provider behind a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.document(self.path)
            self.send_response(200 if document is not None else 404)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
