"""The keys of an identity provider: where they are found, when they are read, and which can be used."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest

from server.team.jwks import AWAY, FRESH, LARGEST, PAUSE, ProviderAway, ProviderKeys, metadata_addresses, usable
from tests.team.issuer import Issuer, issuing, jwk

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.example/realms/qa"


class Clock:
    """The time that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


async def test_a_rotated_key_is_found_by_one_fetch(issuer: Issuer) -> None:
    clock = Clock()
    keys = ProviderKeys(issuer.url, now=clock)
    assert await keys.key("first", "RS256")
    issuer.keys = [jwk("second")]
    clock.seconds += PAUSE
    assert await keys.key("second", "RS256")
    assert await keys.key("first", "RS256") is None
    assert issuer.reads["/jwks"] == 2
    assert issuer.reads["/.well-known/openid-configuration"] == 1


async def test_20_unknown_keys_make_no_further_fetch(issuer: Issuer) -> None:
    clock = Clock()
    keys = ProviderKeys(issuer.url, now=clock)
    assert await keys.key("first", "RS256")
    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(keys.key, f"stranger {number}", "RS256")
    assert issuer.reads["/jwks"] == 1
    clock.seconds += PAUSE
    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(keys.key, f"stranger {number}", "RS256")
    assert issuer.reads["/jwks"] == 2


async def test_64_first_requests_read_the_keys_once(issuer: Issuer) -> None:
    keys, found = ProviderKeys(issuer.url), list[Any]()

    async def look() -> None:
        found.append(await keys.key("first", "RS256"))

    async with anyio.create_task_group() as tasks:
        for _ in range(64):
            tasks.start_soon(look)
    assert len(found) == 64
    assert all(found)
    assert issuer.reads["/jwks"] == 1


async def test_keys_stay_while_the_provider_is_away_and_one_request_a_minute_tries(issuer: Issuer) -> None:
    clock = Clock()
    keys = ProviderKeys(issuer.url, now=clock)
    assert await keys.key("first", "RS256")
    issuer.is_away = True
    for _ in range(3):
        clock.seconds += FRESH
        assert await keys.key("first", "RS256")
    tries = issuer.reads["/jwks"] + issuer.reads["/.well-known/openid-configuration"]
    clock.seconds += AWAY - 1
    assert await keys.key("first", "RS256")
    assert issuer.reads["/jwks"] + issuer.reads["/.well-known/openid-configuration"] == tries
    clock.seconds += AWAY
    issuer.is_away, issuer.keys = False, [jwk("second")]
    assert await keys.key("first", "RS256") is None


async def test_a_key_that_was_withdrawn_stops_counting(issuer: Issuer) -> None:
    clock = Clock()
    keys = ProviderKeys(issuer.url, now=clock)
    issuer.keys.append(jwk("second"))
    assert await keys.key("second", "RS256")
    issuer.keys.pop()
    clock.seconds += FRESH
    assert await keys.key("second", "RS256") is None
    assert await keys.key("first", "RS256")


async def test_a_provider_that_was_away_at_the_start_is_tried_again(issuer: Issuer) -> None:
    clock = Clock()
    keys = ProviderKeys(issuer.url, now=clock)
    issuer.is_away = True
    for _ in range(5):
        with pytest.raises(ProviderAway):
            await keys.key("first", "RS256")
    assert issuer.reads["/.well-known/openid-configuration"] == 1
    issuer.is_away = False
    clock.seconds += PAUSE
    assert await keys.key("first", "RS256")


def answering(documents: dict[str, Any]) -> tuple[httpx.MockTransport, list[str]]:
    """A network with these documents, and the list of the addresses that are asked for."""
    asked = list[str]()

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        found = documents.get(str(request.url))
        return found if isinstance(found, httpx.Response) else httpx.Response(404 if found is None else 200, json=found)

    return httpx.MockTransport(handle), asked


def test_metadata_is_looked_for_where_the_standards_put_it() -> None:
    assert metadata_addresses("https://idp.example") == [
        "https://idp.example/.well-known/oauth-authorization-server",
        "https://idp.example/.well-known/openid-configuration",
    ]
    assert metadata_addresses(f"{ISSUER}/") == metadata_addresses(ISSUER)
    assert metadata_addresses(ISSUER) == [
        "https://idp.example/.well-known/oauth-authorization-server/realms/qa",
        "https://idp.example/.well-known/openid-configuration/realms/qa",
        "https://idp.example/realms/qa/.well-known/openid-configuration",
    ]


@pytest.mark.parametrize("address", metadata_addresses(ISSUER))
async def test_metadata_is_found_at_each_of_them(address: str) -> None:
    jwks = "https://keys.example/jwks"
    transport, asked = answering({address: {"issuer": ISSUER, "jwks_uri": jwks}, jwks: {"keys": [jwk()]}})
    assert await ProviderKeys(ISSUER, transport=transport).read() == (jwks, 1)
    assert asked[-2:] == [address, jwks]


GOOD = {"issuer": ISSUER, "jwks_uri": "https://keys.example/jwks"}


@pytest.mark.parametrize(
    ("metadata", "keys", "reason"),
    [
        ({**GOOD, "issuer": "https://evil.example"}, {}, "names another issuer, 'https://evil.example'"),
        ({**GOOD, "issuer": f"{ISSUER}/"}, {}, "names another issuer"),
        ({"jwks_uri": "https://keys.example/jwks"}, {}, "names another issuer, 'None'"),
        ({"issuer": ISSUER}, {}, "names no https address of keys"),
        ({**GOOD, "jwks_uri": "http://keys.example/jwks"}, {}, "names no https address of keys"),
        ({**GOOD, "jwks_uri": "http://127.0.0.1:9/jwks"}, {}, "names no https address of keys"),
        ({**GOOD, "jwks_uri": "file:///etc/passwd"}, {}, "names no https address of keys"),
        ({**GOOD, "jwks_uri": ["https://keys.example/jwks"]}, {}, "names no https address of keys"),
        (httpx.Response(302, headers={"location": "https://evil.example"}), {}, "answered 302"),
        (httpx.Response(200, text="<html>"), {}, "did not answer with JSON."),
        (httpx.Response(200, text="[" * 50_000), {}, "did not answer with JSON."),
        (httpx.Response(200, json=[GOOD]), {}, "did not answer with a JSON object."),
        (GOOD, None, "https://keys.example/jwks answered 404."),
        (GOOD, httpx.Response(200, text=" " * LARGEST + "{}"), f"answered with more than {LARGEST} bytes."),
        (GOOD, {"keys": []}, "has no key that can be used"),
        (GOOD, {"keys": {"kid": "first"}}, "has no key that can be used"),
        (GOOD, {"keys": [None, 1, "key", {}]}, "has no key that can be used"),
    ],
)
async def test_a_provider_that_cannot_be_used_says_why(metadata: Any, keys: Any, reason: str) -> None:
    transport, asked = answering(
        {"https://idp.example/.well-known/oauth-authorization-server/realms/qa": metadata, GOOD["jwks_uri"]: keys}
    )
    with pytest.raises(ProviderAway) as raised:
        await ProviderKeys(ISSUER, transport=transport).read()
    assert reason in str(raised.value)
    assert not [address for address in asked if not address.startswith(("https://idp.example/", GOOD["jwks_uri"]))]


@pytest.mark.parametrize(
    "key",
    [
        jwk("small", bits=1024),
        jwk(use="enc"),
        jwk(key_ops=["encrypt"]) | {"key_ops": ["encrypt"]},
        jwk(alg="RS512"),
        jwk(alg="HS256"),
        {"kty": "oct", "kid": "first", "k": "c2VjcmV0", "alg": "HS256"},
        {name: value for name, value in jwk().items() if name != "kid"},
        {**jwk(), "kid": 7},
        {**jwk(), "n": "!!"},
        {**jwk(), "n": 5},
        {**jwk("curve", "ES256"), "crv": "P-384"},
        {**jwk("curve", "ES256"), "y": jwk("curve", "ES256")["x"]},
        {**jwk("edwards", "EdDSA"), "crv": "X25519"},
    ],
)
def test_a_key_that_is_weak_broken_or_for_something_else_is_left_out(key: dict[str, Any]) -> None:
    with pytest.raises(ProviderAway):
        usable({"keys": [key]})
    assert {kid for kid, _ in usable({"keys": [key, jwk("good")]})} == {"good"}


def test_a_key_serves_the_algorithms_of_its_type_or_the_one_that_it_names() -> None:
    keys = [jwk("a"), jwk("b", alg="PS256"), jwk("c", "ES256"), jwk("d", "EdDSA")]
    named = {("a", "RS256"), ("a", "PS256"), ("b", "PS256"), ("c", "ES256"), ("d", "EdDSA")}
    assert set(usable({"keys": keys})) == named


def test_a_private_key_that_was_published_is_used_by_its_public_part() -> None:
    private = {**jwk(), "d": "AQAB"}
    (key, *_) = usable({"keys": [private]}).values()
    assert not hasattr(key.key, "private_numbers")
    assert "AQAB" not in json.dumps(key._jwk_data.get("d", ""))


async def test_only_a_provider_on_this_machine_has_its_keys_here_over_http(issuer: Issuer) -> None:
    issuer.metadata["jwks_uri"] = "http://keys.example/jwks"
    with pytest.raises(ProviderAway, match="no https address of keys"):
        await ProviderKeys(issuer.url).read()


async def test_certificates_that_cannot_be_read_are_a_reason(
    bare_surroundings: pytest.MonkeyPatch,
) -> None:
    bare_surroundings.setenv("SSL_CERT_FILE", "/nowhere/company.pem")
    with pytest.raises(ProviderAway, match=r"cannot be reached \(FileNotFoundError\)"):
        await ProviderKeys(ISSUER).read()
