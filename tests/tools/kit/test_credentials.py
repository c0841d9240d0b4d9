"""A credential goes to its platform and nowhere else: not to other hosts, not into errors, not into logs."""

import logging

import httpx
import pytest
from pydantic import SecretStr

from tests.tools.kit.wire import BASE, FOUND, HOST, Answer, Thing, Wire, fails, says
from tools.kit.client import ApiClient
from tools.kit.errors import PlatformError
from tools.kit.network import Account, HeaderToken, Network

pytestmark = pytest.mark.anyio

TOKEN = "tok-8c1d0f6e2b"
FAILURES = [
    *(pytest.param(says(status), id=str(status)) for status in (302, 400, 401, 403, 404, 409, 429, 500, 503)),
    *(
        pytest.param(fails(error), id=error.__name__)
        for error in (httpx.ConnectError, httpx.ReadTimeout, httpx.ProxyError, httpx.RemoteProtocolError)
    ),
    pytest.param(says(json=[]), id="another shape"),
    pytest.param(says(content=b"<html>"), id="not JSON"),
]


def client(wire: Wire) -> ApiClient:
    return wire.client(auth=HeaderToken("Authorization", f"Token {TOKEN}"))


async def test_a_token_is_sent_in_its_header_and_nowhere_else() -> None:
    wire = Wire(FOUND)
    await client(wire).get("/things/7", query=[("page", 1)], into=Thing)
    (request,) = wire.arrived
    assert request.headers["authorization"] == f"Token {TOKEN}"
    assert TOKEN not in str(request.url)
    assert [name for name, value in request.headers.items() if TOKEN in value] == ["authorization"]


@pytest.mark.parametrize("where", ["//evil.example/x", "/@evil.example/x", "/https://evil.example/x"])
async def test_a_path_that_looks_like_a_host_stays_on_the_platform(where: str) -> None:
    wire = Wire(FOUND)
    await client(wire).get(where, into=Thing)
    assert [request.url.host for request in wire.arrived] == [HOST]
    assert str(wire.arrived[0].url).startswith(f"{BASE}/")


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("write", [False, True])
async def test_a_token_is_in_no_error_and_no_log(
    failure: Answer, write: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tools")
    api = client(Wire(failure))
    send = api.write if write else api.read
    with pytest.raises(PlatformError) as caught:
        await send("POST", "/things", body={}, into=Thing)
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in f"{error} {error!r} {error.args}"
        error = error.__cause__
    ours = [record for record in caplog.records if record.name.startswith("tools")]
    assert TOKEN not in "".join(f"{record.getMessage()} {record.__dict__}" for record in ours)


def test_a_token_does_not_print() -> None:
    account = Account("Platform", BASE, Network(), {"PLATFORM_TOKEN": SecretStr(TOKEN)})
    auth = HeaderToken("Authorization", TOKEN)
    for thing in (account, auth, ApiClient(account, auth=auth)):
        assert TOKEN not in f"{thing} {thing!r}"
