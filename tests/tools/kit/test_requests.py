"""What a single request may bring of its own: a credential, headers, an envelope; and when it may be sent again."""

import time
from collections.abc import Mapping
from typing import ClassVar

import anyio
import pytest

from tests.tools.kit.wire import FOUND, Thing, Wire, says
from tools.kit.client import ApiClient
from tools.kit.errors import OutcomeUnknown, PlatformError, RateLimited
from tools.kit.failures import FailureContext, error_for, rate_limited
from tools.kit.network import HeaderToken, QueryToken

pytestmark = pytest.mark.anyio


async def test_a_credential_of_its_own_stands_in_for_the_clients() -> None:
    wire = Wire(FOUND)
    api = wire.client(auth=HeaderToken("Authorization", "Bearer ours"))
    await api.get("/things/7", into=Thing, auth=HeaderToken("Authorization", "Bearer other"))
    await api.write("PUT", "/things/7", into=Thing, auth=QueryToken("api_key", "k&1"), query=[("page", 2)])
    await api.get("/things/7", into=Thing)
    assert [request.headers.get("authorization") for request in wire.arrived] == ["Bearer other", None, "Bearer ours"]
    assert wire.arrived[1].url.query == b"page=2&api_key=k%261"


async def test_headers_of_its_own_go_with_one_request_only() -> None:
    wire = Wire(FOUND)
    api = wire.client()
    await api.write("PUT", "/things/7", into=Thing, headers={"X-Session-Hash": "abc"})
    await api.write("PUT", "/things/7", into=Thing)
    assert [request.headers.get("x-session-hash") for request in wire.arrived] == ["abc", None]


@pytest.mark.parametrize("document", [{"data": {"thing": {"id": 7}}}, {"thing": {"id": 7}}, {"id": 7}])
async def test_an_envelope_may_stand_in_another_or_be_missing(document: dict[str, object]) -> None:
    api = Wire(says(json=document)).client()
    assert (await api.get("/things/7", into=Thing, envelope="data.thing")).id == 7


class Hasty(ApiClient):
    """A platform that says 500 where it means 429, and has done nothing then."""

    limited_before_acting: ClassVar[bool] = True

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        told = FailureContext(self.account.title, request, status, headers, self.words(raw), is_write)
        return rate_limited(told) if told.words == "slow down" else error_for(told)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        return None

    monkeypatch.setattr(anyio, "sleep", at_once)


async def test_a_write_is_sent_again_where_the_platform_surely_did_nothing(no_pauses: None) -> None:
    wire = Wire(says(500, json={"message": "slow down"}), FOUND)
    assert (await wire.client(kind=Hasty).write("POST", "/things", into=Thing)).id == 7
    assert len(wire.arrived) == 2


async def test_a_write_that_may_have_happened_is_not_sent_again(no_pauses: None) -> None:
    wire = Wire(says(500, json={"message": "broken"}), FOUND)
    with pytest.raises(OutcomeUnknown):
        await wire.client(kind=Hasty).write("POST", "/things", into=Thing)
    assert len(wire.arrived) == 1


async def test_a_write_refused_for_haste_is_not_sent_again_on_other_platforms(no_pauses: None) -> None:
    wire = Wire(says(429), FOUND)
    with pytest.raises(RateLimited):
        await wire.client().write("POST", "/things", into=Thing)
    assert len(wire.arrived) == 1


class Paced(ApiClient):
    per_second = 8
    burst = 3


async def test_requests_past_the_burst_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(anyio, "sleep", sleep)
    account = Wire(FOUND).account()
    account.network.is_sandbox = False  # in which requests do not wait
    api = Paced(account, auth=None)
    for _ in range(3):
        await api.get("/things/7", into=Thing)
    assert slept == []
    for _ in range(8):
        await api.get("/things/7", into=Thing)
    assert sum(slept) == pytest.approx(1.0)
