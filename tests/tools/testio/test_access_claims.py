"""Access claims hand test accounts to testers: a person says yes, and no credential is ever shown again."""

import json
from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, desk, text

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

CREATE = "testio_create_access_claim"
GIVEN: dict[str, Any] = {
    "name": "Staging, round 2",
    "intro": "One account each.",
    "test_cycle_url": "https://harbour.test.io/products/71/test_cycles/5512",
    "expiration_period": 30,
    "credentials": ["qa1 / Leuchtturm-1", "qa2 / Leuchtturm-2"],
}


@both_eras
async def test_accounts_are_handed_over_after_a_yes_and_shown_nowhere(mode: str) -> None:
    async with desk(mode) as d:
        made = await d.answer(CREATE, **GIVEN)
        listed = await d.answer("testio_list_access_claims")
        assert d.sent("GET", "/access_claims") == ([], None)
        (question,) = d.asked
        for part in ("2 test accounts", "'Staging, round 2'", "'One account each.'", "test_cycles/5512'", "30 days"):
            assert part in question, part
        assert d.sent("POST", "/access_claims") == (
            [],
            {name: value for name, value in GIVEN.items() if name != "credentials"}
            | {"access_entries": [{"credentials": one} for one in GIVEN["credentials"]]},
        )
        assert made["now"]["page_url"].startswith("https://")
        assert made["now"]["expires_at"]
        assert made["now"]["id"] in [page["id"] for page in listed["items"]]
        everything = f"{made} {listed} {question}"
        assert "Leuchtturm" not in everything
        assert "token" not in made["now"]


@both_eras
async def test_nothing_is_handed_over_without_a_yes(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal(CREATE, **GIVEN)
        assert d.writes() == []
    async with desk(mode, person=None) as d:
        assert "needs the user's yes" in await d.refusal(CREATE, **GIVEN)
        assert d.arrived() == []


@both_eras
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"expiration_period": 3}, "1, 2, 7, 14, 30, 90, 180 or 365"),
        ({"expiration_period": 0}, "1, 2, 7, 14, 30, 90, 180 or 365"),
        ({"credentials": []}, "credentials"),
        ({"credentials": [""]}, "credentials"),
        ({"credentials": [{"credentials": "qa / Leuchtturm-1"}]}, "credentials"),
        ({"name": ""}, "name"),
    ],
)
async def test_what_the_rules_exclude_is_refused_before_any_request(
    mode: str, wrong: dict[str, Any], sentence: str
) -> None:
    async with desk(mode) as d:
        told = await d.refusal(CREATE, **(GIVEN | wrong))
        assert sentence in told
        assert "Nothing was sent." in told
        assert "Leuchtturm" not in told
        assert d.asked == d.arrived() == []


@both_eras
async def test_a_refusal_that_repeats_the_credentials_does_not_leak_them(mode: str) -> None:
    async with desk(mode) as d:
        body = json.dumps({"error": f"Validation failed: {GIVEN['credentials']} are taken"})
        await d.fault(method="POST", path="/access_claims", times=1, status=422, body=body)
        told = text(await d.call(CREATE, **GIVEN))
        assert "are taken" in told
        assert "Leuchtturm" not in told
        assert "qa1" not in told


async def test_a_relative_page_is_completed_by_the_lists_base() -> None:
    async with desk() as d:
        body = {
            "access_claim_pages": [{"id": 1, "page_url": "/p/one"}, {"id": 2, "page_url": "https://x.example/two"}],
            "meta": {"base_path": "https://claims.example.test/"},
        }
        await d.fault(method="GET", path="/access_claims", times=1, status=200, body=json.dumps(body))
        pages = (await d.answer("testio_list_access_claims"))["items"]
        assert [page["page_url"] for page in pages] == ["https://x.example/two", "https://claims.example.test/p/one"]


@both_eras
async def test_a_403_says_that_the_account_has_none_and_does_not_blame_the_token(mode: str) -> None:
    async with desk(mode) as d:
        await d.switch(without_access_claims=True)
        for told in (await d.refusal("testio_list_access_claims"), await d.refusal(CREATE, **GIVEN)):
            assert "Access Claims is not enabled for this account" in told
            assert "TESTIO_API_TOKEN" not in told


@both_eras
async def test_a_401_still_says_that_the_token_is_wrong(mode: str) -> None:
    async with desk(mode) as d:
        await d.fault(method="GET", path="/access_claims", times=1, status=401)
        assert "TESTIO_API_TOKEN" in await d.refusal("testio_list_access_claims")
