"""The guard of rights by itself: who is limited, what is hidden from them, and what it changes in an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from server import callers
from server.faces import CALL, CALL_READ, FIND
from server.guards import rights as guard
from server.guards.mentions import permitted
from server.guards.rights import Rights, check_still, has_own_account, may_change, may_read, may_use
from server.guards.scope import offers
from server.team import present
from server.team.person import Person
from server.team.rights import Right
from server.team.withdrawal import LISTEN
from tests.team.roles import ROLES, RULING
from tools.kit.errors import Refused
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

OFFERS = offers(PLATFORMS)
NAMED = {offer.name_of(tool): tool for offer in OFFERS for tool in offer.declared.tools}
BY_EFFECT = {
    effect: next(t for t in NAMED.values() if t.effect.value == effect and not t.rules)
    for effect in ("reads", "writes", "destroys", "spends")
}
RULES = NAMED["testery_add_user"]
READER, HEAD = Person("reader", ROLES["reader"]), Person("head", ROLES["head"])
BLIND = Person("blind", frozenset({"triage", "order", "admin"}))
EVERYBODY = Person("one key", frozenset(), is_team=False)


@contextmanager
def acting(someone: Person | None) -> Iterator[None]:
    token = callers.person.set(someone)
    try:
        yield
    finally:
        callers.person.reset(token)


def rights(words: str = "for you") -> Rights:
    return Rights(OFFERS, {FIND, CALL_READ}, lambda: words)


@dataclass
class Context:
    method: str
    params: Any = None


async def answered(ctx: Any, result: Any, someone: Person | None = READER) -> Any:
    async def go_on(given: Any) -> Any:
        assert given is ctx
        return result

    with acting(someone):
        return await rights().apply(ctx, go_on)


@pytest.mark.parametrize("someone", [None, EVERYBODY, HEAD, Person("more", frozenset([*ROLES["head"], "x"]))])  # type: ignore[list-item]
def test_nothing_is_hidden_from_whoever_has_all_rights_or_has_the_server_alone(someone: Person | None) -> None:
    with acting(someone):
        assert rights().hidden() == frozenset()
        assert rights().may("testio_accept_bug")
        assert may_read()
        assert may_change()
        assert all(may_use(tool) for tool in NAMED.values())


@pytest.mark.parametrize("role", ["reader", "triager", "buyer"])
def test_a_right_shows_the_tools_that_take_it(role: str) -> None:
    has = ROLES[role]
    with acting(Person(role, has | {"of another server"})):  # type: ignore[arg-type]
        hidden = rights().hidden()
        assert (hidden & {FIND, CALL_READ, CALL}) == (set() if has - {"read"} else {CALL})
        assert may_change() == bool(has - {"read"})
        assert hidden >= RULING
        assert not may_use(RULES)
        for effect, right in (("reads", "read"), ("writes", "triage"), ("destroys", "triage"), ("spends", "order")):
            assert may_use(BY_EFFECT[effect]) == (right in has)
        for name, tool in NAMED.items():
            assert (name in hidden) != may_use(tool)
            assert rights().may(name) == may_use(tool)


def test_an_administrator_who_may_not_triage_has_the_tools_that_rule_others_and_no_more() -> None:
    with acting(Person("ruler", frozenset({"read", "admin"}))):
        assert may_change()
        assert not RULING & rights().hidden()
        assert {name for name, tool in NAMED.items() if may_use(tool) and tool.effect.value != "reads"} == RULING


def test_whoever_may_not_read_sees_nothing_whatever_else_they_may() -> None:
    with acting(BLIND):
        assert rights().hidden() == {*NAMED, FIND, CALL_READ, CALL}
        assert not may_read()
        assert not any(may_use(tool) for tool in NAMED.values())


def test_an_account_is_a_person_s_own_with_any_credential_of_that_platform() -> None:
    testio, testery = (next(p for p in PLATFORMS if p.key == key) for key in ("testio", "testery"))
    anna = Person("anna", credentials={"TESTIO_API_TOKEN": SecretStr("hers")})
    for someone, owns in ((None, False), (READER, False), (anna, True)):
        with acting(someone):
            assert has_own_account(testio) is owns
            assert not has_own_account(testery)


def test_a_right_that_was_withdrawn_since_the_call_came_refuses_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present, "_latest", {})
    act: Any = BY_EFFECT["writes"]
    triager = Person("triager", ROLES["triager"])

    def check(someone: Person | None, *now: Right) -> None:
        present.note(Person("triager", frozenset(now), is_team=False))
        with acting(someone):
            check_still(act)

    check(triager, "read", "triage")
    for left in (["read"], ["triage"], []):
        with pytest.raises(Refused, match="withdrawn meanwhile"):
            check(triager, *left)  # type: ignore[arg-type]
    check(None)
    check(Person("triager", frozenset(), is_team=False))


async def test_answers_to_nobody_in_particular_stay_as_they_are() -> None:
    said = {"instructions": "for all", "ttlMs": 900_000}
    for someone in (None, EVERYBODY):
        for method in ("initialize", LISTEN, "resources/subscribe"):
            assert await answered(Context(method), dict(said), someone) == said


@pytest.mark.parametrize("method", ["initialize", "server/discover"])
async def test_an_opening_has_the_words_for_its_person(method: str) -> None:
    assert await answered(Context(method), {"instructions": "for all"}) == {"instructions": "for you"}
    assert await answered(Context(method), {"instructions": "for all"}, HEAD) == {"instructions": "for you"}
    assert await answered(Context(method), {"other": 1}) == {"other": 1}
    assert await answered(Context("tools/list"), {"instructions": "for all"}) == {"instructions": "for all"}
    assert await answered(Context(method), None) is None


async def test_no_list_is_kept_for_longer_than_five_minutes() -> None:
    kept = [(await answered(Context("tools/list"), {"ttlMs": ttl}))["ttlMs"] for ttl in (0, 300_000, 300_001, None)]
    assert kept == [0, 300_000, 300_000, None]


async def test_words_of_an_answer_are_made_without_what_is_hidden() -> None:
    ours = "Read it; testio_accept_bug accepts it."

    async def say(_: Any) -> Any:
        return {"text": permitted(ours)}

    for someone, text in ((READER, "Read it."), (HEAD, ours), (None, ours)):
        with acting(someone):
            assert await rights().apply(Context("tools/call"), say) == {"text": text}  # type: ignore[arg-type]


async def test_whoever_may_not_read_is_notified_of_nothing() -> None:
    reached: list[Any] = []

    async def note(ctx: Any) -> Any:
        reached.append(ctx.params)
        return {"it": "passed"}

    asked = {"notifications": {"resources": ["testio://inbox"]}, "of": "ours"}
    for someone in (BLIND, READER):
        with acting(someone):
            for method in ("resources/subscribe", "resources/unsubscribe", LISTEN, "ping"):
                answer = await rights().apply(Context(method, asked), note)  # type: ignore[arg-type]
                held_back = someone is BLIND and method in guard.SUBSCRIBE
                assert answer == ({} if held_back else {"it": "passed"}), method
            await rights().apply(Context(LISTEN), note)  # type: ignore[arg-type]
    assert reached == [asked | {"notifications": {}}, asked, None, *[asked] * 4, None]
