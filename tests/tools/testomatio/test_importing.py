"""Importing tests: asked about with what it does, harmless by default, in chunks under one name."""

import json
from typing import Any

import pytest

from tests.acts import confirmed
from tests.desk import DECLINE, ERAS, desk
from tests.tools.testomatio.host import Host
from tools.kit.errors import Invalid, Refused, UnexpectedShape
from tools.kit.toolset import no_progress
from tools.testomatio.tools.import_chunks import LARGEST, ImportedTest, chunks
from tools.testomatio.tools.importing import find_test_ids, import_tests

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

EXPIRED = {"name": "An expired code is refused", "suites": ["Cart", "Coupons"], "file": "coupons.spec.ts"}
FRESH = {"name": "A code of next year is refused", "suites": ["Cart", "Coupons"], "file": "coupons.spec.ts"}


def some(count: int, *, code: str | None = None) -> list[ImportedTest]:
    return [ImportedTest(name=f"T {n}", suites=["S"], file="a.ts", code=code) for n in range(count)]


@both_eras
async def test_the_question_says_what_is_new_known_detached_removed_and_moved(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        world = d.sandboxes.sandboxes["testomatio"].world
        automated = sum(test.state == "automated" for test in world.tests.of("harbour-shop-6f98f"))
        await d.refusal(
            "testomatio_import_tests",
            framework="playwright",
            language="typescript",
            tests=[EXPIRED, FRESH],
            detach=True,
            remove_empty_suites=True,
            move=True,
        )
        (question,) = d.asked
        assert "Import 2 tests in 1 suite" in question
        assert "1 new and 1 known" in question
        assert f"{automated - 1} automated tests that this list does not name" in question
        assert "empty afterwards are removed" in question
        assert "are moved to where the code has them" in question
        assert "no undo" in question
        assert d.writes("testomatio") == []


async def test_an_import_detaches_removes_and_moves_nothing_by_itself() -> None:
    async with desk() as d:
        world = d.sandboxes.sandboxes["testomatio"].world
        before = [test.id for test in world.tests.of("harbour-shop-6f98f") if test.state == "detached"]
        told = await d.answer("testomatio_import_tests", framework="playwright", language="ts", tests=[EXPIRED])
        assert "detached" not in d.asked[0]
        _, body = d.sent("POST", "/api/load")
        after = [test.id for test in world.tests.of("harbour-shop-6f98f") if test.state == "detached"]
    assert body == {"framework": "playwright", "language": "ts", "no-detach": True, "sync": True, "tests": [EXPIRED]}
    assert (told["done"], told["requests"]) == ("Accepted.", 1)
    assert after == before


def test_a_chunk_keeps_within_every_limit() -> None:
    made = chunks(some(250), {f"f{n}.ts": "x" for n in range(150)})
    assert sum(len(chunk.tests) for chunk in made) == 250
    assert sum(len(chunk.files) for chunk in made) == 150
    assert max(len(chunk.tests) for chunk in made) == 100
    assert max(len(chunk.files) for chunk in made) == 100
    large = chunks(some(10, code="x" * 300_000), {})
    for chunk in large:
        assert len(json.dumps({"tests": chunk.tests})) < LARGEST
    assert len(large) == 4
    with pytest.raises(Refused, match="larger than the platform takes"):
        chunks([], {"all.ts": "x" * LARGEST})


def imports(*answers: Any) -> Host:
    left = list(answers)
    host = Host()
    host.says("POST /load", lambda request: left.pop(0))
    host.says("GET /test_data", {"tests": {}})
    return host


async def test_chunks_go_under_the_name_that_the_first_one_got_and_the_last_one_ends_it() -> None:
    host = imports({"import_id": "abc"}, {"import_id": "abc"}, {"message": "Tests imported"})
    told = await confirmed(import_tests(host.api(), no_progress, "playwright", "ts", some(250)))
    sent = [json.loads(request.content) for request in host.arrived if request.method == "POST"]
    assert [body["chunk_upload"] for body in sent] == [True] * 3
    assert [body["finish"] for body in sent] == [False, False, True]
    assert [body.get("import_id") for body in sent] == [None, "abc", "abc"]
    assert {body["framework"] for body in sent} == {"playwright"}
    assert told.requests == 3


async def test_an_import_without_a_name_is_not_gone_on_with() -> None:
    host = imports({"message": "ok"})
    with pytest.raises(UnexpectedShape, match="others were not sent"):
        await confirmed(import_tests(host.api(), no_progress, "playwright", "ts", some(250)))
    assert host.sent("POST") == ["POST load"]


async def test_an_import_that_breaks_off_says_how_far_it_came() -> None:
    host = imports({"import_id": "abc"}, 402)
    with pytest.raises(Invalid, match=r"1 of 3 requests were accepted; the import is not complete\..*quota"):
        await confirmed(import_tests(host.api(), no_progress, "playwright", "ts", some(250)))
    assert host.sent("POST") == ["POST load"] * 2


async def test_each_test_stands_once_in_the_list_of_ids_by_its_longest_name() -> None:
    async with desk() as d:
        told = await d.answer("testomatio_list_test_ids", text="an expired code", limit=500)
        suites = await d.answer("testomatio_list_test_ids", kind="suites", text="coupons")
        few = await d.answer("testomatio_list_test_ids", suite_ids=["@Sc0ffee01"], limit=2)
    assert [row["id"] for row in told["items"]].count("c0de0010") == 1
    assert "Coupons#An expired code is refused" in told["items"][0]["name"]
    assert {"name": "Coupons", "id": "c0ffee01"} in suites["items"]
    assert few["coverage"]["matched"] < 100
    assert few["next_cursor"]


async def test_files_come_as_they_would_be_pulled() -> None:
    async with desk() as d:
        told = await d.answer("testomatio_list_test_ids", kind="files", limit=1)
        query, _ = d.sent("GET", "/api/test_data")
    assert ("with_files", "true") in query
    assert "<!-- suite" in told["items"][0]["content"]


@pytest.mark.parametrize(
    ("by", "value", "found"),
    [("jira", "SHOP-412", "c0de0013"), ("tag", "coupons", "c0de0010"), ("plan", "5a0c0004", None)],
)
async def test_ids_are_found_as_a_pipeline_finds_them(by: str, value: str, found: str | None) -> None:
    async with desk() as d:
        told = await d.answer("testomatio_find_test_ids", by=by, value=value)
    assert told["total"] == len(told["test_ids"]) > 0
    assert all(len(test_id) == 8 for test_id in told["test_ids"])
    assert found is None or found in told["test_ids"]


async def test_more_ids_than_an_answer_holds_come_by_their_cursor() -> None:
    host = Host()
    host.says("GET /test_grep", {"tests": [f"T{number:08x}" for number in range(2500)]})
    api, seen = host.api(), list[str]()
    cursor: str | None = None
    while True:
        found = await find_test_ids(api, "tag", "smoke", cursor)
        seen += found.test_ids
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == found.total == 2500


async def test_ids_without_their_marks_are_taken_too() -> None:
    host = Host()
    host.says("GET /test_data", {"tests": {"A": "T264409fe"}, "suites": ["odd"], "files": None})
    ids = await host.api().id_map()
    assert ids.tests == {"A": "T264409fe"}
    assert ids.suites == {}
