"""What the journal of all sandboxes records, and how it is read."""

import httpx
import pytest

from tests.tools.kit_sandbox.shelf import API
from tools.kit.sandbox.clock import STORY_START
from tools.kit.sandbox.journal import Journal


@pytest.mark.anyio
async def test_the_journal_tells_what_arrived_without_the_credential(http: httpx.AsyncClient) -> None:
    await http.post(f"{API}/things?api_key=hush&page=2", json={"name": "bag"}, headers={"Cookie": "s=hush"})
    (entry,) = (await http.get("/_sandbox/requests?platform=shelf")).json()["requests"]
    assert "sesame" not in str(entry)
    assert "hush" not in str(entry)
    assert entry["headers"]["authorization"] == "Key present"
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/things", 201)
    assert entry["query"] == [["api_key", "present"], ["page", "2"]]
    assert entry["body"] == {"name": "bag"}


@pytest.mark.anyio
async def test_the_journal_says_when_no_credential_came(http: httpx.AsyncClient) -> None:
    del http.headers["Authorization"]
    await http.get(f"{API}/things")
    (entry,) = (await http.get("/_sandbox/requests")).json()["requests"]
    assert entry["headers"]["authorization"] == "absent"
    assert entry["status"] == 401


@pytest.mark.anyio
async def test_the_journal_continues_behind_a_number_already_seen(http: httpx.AsyncClient) -> None:
    for path in (f"{API}/things", f"{API}/things/1", "/elsewhere"):
        await http.get(path)
    told = (await http.get("/_sandbox/requests?since=1")).json()["requests"]
    assert [(e["number"], e["platform"], e["path"]) for e in told] == [
        (2, "shelf", "/things/1"),
        (3, None, "/elsewhere"),
    ]
    assert (await http.get("/_sandbox/requests?since=yesterday")).status_code == 422


def test_a_bare_credential_without_a_scheme_is_not_taken_for_a_scheme() -> None:
    journal = Journal(size=1)
    for token in ("first", "second"):
        entry = journal.record(
            at=STORY_START,
            platform=None,
            method="GET",
            path="/",
            query=[],
            headers=[("Authorization", token)],
            body=b"\xff\xfe",
            status=200,
        )
    assert entry.headers["authorization"] == "present"
    assert entry.body == {"bytes": 2}
    assert len(journal) == 1
    assert entry.number == 2
