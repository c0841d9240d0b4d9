"""The keys of an identity provider: found by its metadata, read again when a token names another one."""

import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import anyio
import httpx
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from server.team.addresses import is_protected
from tools.kit.network import decompressed

ALGORITHMS: Final[Mapping[str, tuple[str, str | None]]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""The algorithms that are taken, with the type of their keys and its curve; all of them have a public key."""
_PUBLIC: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
SHORTEST, LONGEST = 2048, 8192  # bits of an RSA key; a longer one costs too much at each request
PAUSE: Final = 10.0
"""Seconds from one reading to the next at the earliest, whatever tokens name."""
FRESH: Final = 600.0
"""Seconds after which keys are read again, so that one that was withdrawn stops counting."""
AWAY: Final = 60.0
"""Seconds for which older keys are used without another try, when the provider did not answer."""
PATIENCE: Final = 10.0
"""Seconds for reading the metadata and the keys."""
LARGEST: Final = 256 * 1024
"""Bytes of a document."""
MOST: Final = 100
"""Keys that are looked at."""
_logger = logging.getLogger(__name__)


class ProviderAway(Exception):
    """The identity provider's keys cannot be had; the text says why."""


class ProviderKeys:
    """The public keys of one issuer."""

    def __init__(
        self,
        issuer: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer, self._transport, self._now = issuer, transport, now
        self._keys: dict[tuple[str, str], PyJWK] = {}
        self._address = self._why = ""
        self._lock = anyio.Lock()
        self._next = self._stale = -1.0

    async def key(self, kid: str, algorithm: str) -> PyJWK | None:
        """The key of this name for an algorithm; None: the provider has no such key.

        Raises:
            ProviderAway: no key could be read so far.
        """
        if (kid, algorithm) not in self._keys or (self._is_stale() and not self._lock.locked()):
            await self._renew(kid, algorithm)
        if not self._keys:
            raise ProviderAway(self._why)
        return self._keys.get((kid, algorithm))

    async def read(self) -> tuple[str, int]:
        """Read the keys now: where they are, and how many can be used.

        Raises:
            ProviderAway: with the reason.
        """
        with anyio.CancelScope(shield=True):  # what is read serves everybody, also after this client has gone
            try:
                with anyio.fail_after(PATIENCE):
                    async with self._client() as client:
                        self._address = self._address or await self._discover(client)
                        self._keys = usable(await self._document(client, self._address))
            except TimeoutError as error:
                raise ProviderAway(f"{self._issuer} did not answer within {PATIENCE:.0f} seconds.") from error
            except (OSError, ValueError) as error:  # certificates or a proxy of the environment that cannot be used
                raise ProviderAway(f"{self._issuer} cannot be reached ({type(error).__name__}).") from error
        return self._address, len({kid for kid, _ in self._keys})

    def _is_stale(self) -> bool:
        return self._now() >= self._stale

    async def _renew(self, kid: str, algorithm: str) -> None:
        async with self._lock:
            if self._now() < self._next or ((kid, algorithm) in self._keys and not self._is_stale()):
                return
            self._next = self._now() + PAUSE  # also after a failure
            try:
                await self.read()
                self._stale = self._now() + FRESH
            except ProviderAway as error:
                self._why, self._address = str(error), ""  # the keys may have moved
                self._stale = self._now() + AWAY
                _logger.warning("The identity provider's keys could not be read: %s", error)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        is_near = urlsplit(self._issuer).scheme == "http"
        async with httpx.AsyncClient(
            transport=self._transport,
            follow_redirects=False,  # who redirects could send us anywhere
            trust_env=not is_near,  # proxies and company certificates
            timeout=PATIENCE,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "testdesk"},
        ) as client:
            yield client

    async def _discover(self, client: httpx.AsyncClient) -> str:
        """Where the keys are, as the first document says that is this issuer's."""
        reasons = list[str]()
        for address in metadata_addresses(self._issuer):
            try:
                document = await self._document(client, address)
            except ProviderAway as error:
                reasons.append(str(error))
                continue
            if (named := document.get("issuer")) != self._issuer:
                reasons.insert(0, f"{address} names another issuer, {str(named)[:200]!a}; both must be equal.")
                continue
            keys = document.get("jwks_uri")
            if not isinstance(keys, str) or not is_protected(keys, beside=self._issuer):
                raise ProviderAway(f"{address} names no https address of keys (jwks_uri).")
            return keys
        raise ProviderAway(reasons[0])

    async def _document(self, client: httpx.AsyncClient, address: str) -> dict[str, Any]:
        content = b""
        try:
            async with client.stream("GET", address) as response:
                if response.status_code != 200:
                    raise ProviderAway(f"{address} answered {response.status_code}.")
                async for piece in decompressed(response):
                    content += piece
                    if len(content) > LARGEST:
                        raise ProviderAway(f"{address} answered with more than {LARGEST} bytes.")
            document = json.loads(content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderAway(f"{address} could not be read ({type(error).__name__}).") from error
        except (ValueError, RecursionError) as error:
            raise ProviderAway(f"{address} did not answer with JSON.") from error
        if not isinstance(document, dict):
            raise ProviderAway(f"{address} did not answer with a JSON object.")
        return document


def metadata_addresses(issuer: str) -> list[str]:
    """Where an issuer's metadata may be: RFC 8414, and both forms of OpenID Connect Discovery."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    found = [f"{origin}/.well-known/{name}{path}" for name in ("oauth-authorization-server", "openid-configuration")]
    return [*found, f"{origin}{path}/.well-known/openid-configuration"] if path else found


def usable(document: Mapping[str, Any]) -> dict[tuple[str, str], PyJWK]:
    """The keys of a document that can prove a token, by their names and algorithms.

    Raises:
        ProviderAway: there are none.
    """
    listed = document.get("keys")
    found: dict[tuple[str, str], PyJWK] = {}
    for jwk in listed[:MOST] if isinstance(listed, list) else ():
        for algorithm in ALGORITHMS:
            if isinstance(jwk, dict) and (key := public_key(jwk, algorithm)) is not None:
                found.setdefault((jwk["kid"], algorithm), key)
    if not found:
        raise ProviderAway(
            f"The identity provider has no key that can be used; taken are {', '.join(ALGORITHMS)}, with a kid, and "
            f"RSA keys of {SHORTEST} to {LONGEST} bits."
        )
    return found


def public_key(jwk: Mapping[str, Any], algorithm: str) -> PyJWK | None:
    """A key for an algorithm; None if it is of another type, for something else, or too weak."""
    kind, curve = ALGORITHMS[algorithm]
    operations = jwk.get("key_ops", ["verify"])
    if (
        not isinstance(jwk.get("kid"), str)
        or (jwk.get("kty"), jwk.get("crv")) != (kind, curve)
        or jwk.get("alg", algorithm) != algorithm
        or jwk.get("use", "sig") != "sig"
        or not isinstance(operations, list)
        or "verify" not in operations
    ):
        return None
    try:
        # Its public part only: a private key that was published by mistake is not taken into memory.
        key = PyJWK({"kty": kind, **{name: jwk[name] for name in _PUBLIC[kind]}}, algorithm)
    except (PyJWTError, KeyError, TypeError, ValueError):
        return None
    return key if kind != "RSA" or SHORTEST <= key.key.key_size <= LONGEST else None
