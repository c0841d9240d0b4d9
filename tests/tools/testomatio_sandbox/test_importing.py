"""The fake API of Testomat.io: tests that come from code, and the ids that go back to it."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, json_of, pipeline, small
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.project_records import Branch
from tools.testomatio.sandbox.reporter.ingestion import add_issue
from tools.testomatio.sandbox.world import Switches

pytestmark = pytest.mark.anyio

LOAD = "/api/load"


def written(name: str, *suites: str, file: str = "checkout.spec.ts", **more: object) -> dict[str, object]:
    return {"name": name, "suites": list(suites), "file": file, "code": f"test('{name}')", **more}


KNOWN = written("An expired code is refused @smoke", "Coupons")
OTHER = written("Payment is refused", "Payment")
NEW = written("Brand new", "Checkout", "Gift cards", file="gifts.spec.ts")


async def load(ci: httpx.AsyncClient, *tests: Mapping[str, object], **fields: object) -> Any:
    sent = {"framework": "playwright", "language": "typescript", "sync": True, "tests": list(tests), **fields}
    return json_of(await ci.post(LOAD, json=sent))


def kept(sandbox: Sandbox, branch: str | None = None) -> dict[str, Any]:
    return {test.title: test for test in sandbox.world.tests.of(SMALL, branch)}


def states(sandbox: Sandbox, branch: str | None = None) -> dict[str, str]:
    return {test.id: test.state for test in kept(sandbox, branch).values()}


def suites_of(sandbox: Sandbox) -> dict[str, Any]:
    return {suite.title: suite for suite in sandbox.world.suites.of(SMALL)}


# Who is let in


async def test_a_bad_key_is_403_in_the_words_of_the_api(sandbox: Sandbox) -> None:
    async with pipeline(sandbox, "tstmt_wrong") as client:
        for answer in (
            await client.post(LOAD, json={}),
            await client.get("/api/test_data"),
            await client.get("/api/test_grep?type=tag&id=smoke"),
        ):
            assert (answer.status_code, answer.json()) == (403, {"message": "Project API Token is invalid"})


async def test_used_up_reports_stop_imports_as_well() -> None:
    async with pipeline(small(Switches(reports_used_up=True))) as client:
        answers = [await client.post(LOAD, json={}), await client.get("/api/test_data")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(402, {}), (402, {})]


# Importing


async def test_an_import_that_does_not_wait_is_done_a_moment_later(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, NEW, sync=False, **{"no-detach": True})
    assert "Brand new" not in kept(sandbox)
    sandbox.clock.advance(parse_duration("2s"))
    json_of(await ci.get("/api/test_data"))
    assert "Brand new" in kept(sandbox)


async def test_a_new_test_is_made_in_its_suites(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, NEW)
    test, suite = kept(sandbox)["Brand new"], suites_of(sandbox)["Gift cards"]
    assert (test.suite_id, test.state, test.file) == (suite.id, "automated", "gifts.spec.ts")
    assert test.code == "test('Brand new')"
    folder = sandbox.world.suites.get(suite.parent_id)
    assert (folder.title, folder.file_type, folder.parent_id) == ("Checkout", "folder", None)


async def test_a_known_test_is_brought_up_to_its_code(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    labelled = {**KNOWN, "file": "moved.spec.ts", "description": "Read it", "labels": ["web-s0002"]}
    await load(ci, labelled, OTHER)
    test = kept(sandbox)["An expired code is refused @smoke"]
    assert (test.id, test.file, test.description, test.sync) == ("t0000001", "moved.spec.ts", "Read it", True)
    assert [label.slug for label in test.labels] == ["severity-s0001", "web-s0002"]
    assert len(kept(sandbox)) == 4


async def test_of_two_tests_of_one_name_the_one_in_the_same_file_is_meant(
    ci: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    twin = {**KNOWN, "file": "twin.spec.ts"}
    sandbox.world.tests.main["t0000002"].title = sandbox.world.tests.main["t0000001"].title
    sandbox.world.tests.main["t0000002"].file = "twin.spec.ts"
    await load(ci, {**twin, "code": "second"}, {**KNOWN, "code": "first"})
    codes = {test.id: test.code for test in sandbox.world.tests.of(SMALL)}
    assert (codes["t0000001"], codes["t0000002"]) == ("first", "second")


async def test_a_new_test_stands_behind_the_others_of_its_suite(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, written("First", "Gift cards"), written("Second", "Gift cards"))
    assert [kept(sandbox)[name].position for name in ("First", "Second")] == [1, 2]


async def test_a_manual_test_of_this_suite_becomes_automated(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, written("A valid code lowers the total", "Coupons"))
    assert states(sandbox)["t0000002"] == "automated"
    assert len(kept(sandbox)) == 4


@pytest.mark.parametrize("test_id", ["@Tt0000001", "Tt0000001", "t0000001"])
async def test_a_test_is_known_by_its_id_under_another_name(
    ci: httpx.AsyncClient, sandbox: Sandbox, test_id: str
) -> None:
    await load(ci, written("Old codes are refused", "Codes", id=test_id))
    test = kept(sandbox)["Old codes are refused"]
    assert (test.id, test.suite_id) == ("t0000001", "s0000003")
    assert "Codes" not in suites_of(sandbox)


async def test_an_unknown_id_makes_a_test_only_when_that_is_asked_for(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, written("Stray", "Coupons", id="@Tabcd1234"))
    assert "Stray" not in kept(sandbox)
    await load(ci, written("Stray", "Coupons", id="@Tabcd1234"), create=True)
    assert kept(sandbox)["Stray"].id == "abcd1234"


async def test_tests_that_left_the_code_are_detached(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, KNOWN)
    assert states(sandbox) == {
        "t0000001": "automated",
        "t0000002": "manual",
        "t0000003": "manual",
        "t0000004": "detached",
    }


async def test_no_detach_leaves_them_alone(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, KNOWN, **{"no-detach": True})
    assert states(sandbox)["t0000004"] == "automated"


async def test_noempty_drops_suites_with_nothing_in_them(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, KNOWN, OTHER)
    assert "App" in suites_of(sandbox)
    await load(ci, KNOWN, OTHER, noempty=True)
    assert set(suites_of(sandbox)) == {"Shop", "Checkout", "Coupons", "Payment"}


async def test_structure_moves_known_tests_where_the_code_has_them(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    moved = written("Codes", "Shop", "Codes", id="t0000001")
    await load(ci, moved)
    assert kept(sandbox)["Codes"].suite_id == "s0000003"
    await load(ci, moved, structure=True)
    suite = suites_of(sandbox)["Codes"]
    assert (kept(sandbox)["Codes"].suite_id, suite.parent_id) == (suite.id, "s0000001")


async def test_a_directory_goes_before_the_file_and_becomes_a_folder(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await load(ci, NEW, dir="web/e2e")
    assert kept(sandbox)["Brand new"].file == "web/e2e/gifts.spec.ts"
    e2e = suites_of(sandbox)["e2e"]
    assert sandbox.world.suites.get(e2e.parent_id).title == "web"


@pytest.mark.parametrize("suite", ["Shop", "@Ss0000001", "s0000001"])
async def test_new_suites_go_below_the_suite_that_is_named(ci: httpx.AsyncClient, sandbox: Sandbox, suite: str) -> None:
    await load(ci, written("Brand new", "Gift cards"), suite=suite)
    assert suites_of(sandbox)["Gift cards"].parent_id == "s0000001"


async def test_an_import_into_a_branch_leaves_main_alone(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.branches["work"] = Branch("work", SMALL, "Work", sandbox.clock.now())
    await load(ci, {**KNOWN, "code": "changed"}, NEW, branch="work")
    assert "Brand new" in kept(sandbox, "work")
    assert states(sandbox, "work")["t0000004"] == "detached"
    assert "Brand new" not in kept(sandbox)
    assert states(sandbox)["t0000004"] == "automated"
    assert kept(sandbox)["An expired code is refused @smoke"].code is None


@pytest.mark.parametrize(
    "fields",
    [
        {"tests": [{"name": "x", "file": "a"}]},
        {"tests": [{"suites": ["x"], "file": "a"}]},
        {"tests": [{"name": "x", "suites": ["x"]}]},
        {"tests": "all"},
        {"files": ["a"]},
        {"chunk_upload": True, "import_id": "nothing0"},
    ],
)
async def test_an_unsound_import_is_refused_and_changes_nothing(
    ci: httpx.AsyncClient, sandbox: Sandbox, fields: dict[str, object]
) -> None:
    before = states(sandbox)
    answer = await ci.post(LOAD, json={"sync": True, **fields})
    assert answer.status_code == 422
    assert list(answer.json()) == ["message"]
    assert states(sandbox) == before


# Chunks


async def test_an_import_in_chunks_is_done_with_the_last_one(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    first = await load(ci, KNOWN, chunk_upload=True, finish=False, files={"a.ts": "1"})
    assert states(sandbox)["t0000004"] == "automated"
    import_id = first["import_id"]
    second = await load(ci, NEW, chunk_upload=True, import_id=import_id, files={"b.ts": "2"})
    assert second["import_id"] == import_id
    assert "Brand new" not in kept(sandbox)
    await load(ci, OTHER, chunk_upload=True, finish=True, import_id=import_id)
    assert "Brand new" in kept(sandbox)
    assert set(states(sandbox).values()) == {"automated", "manual"}
    files = json_of(await ci.get("/api/test_data?with_files=true&export_automated=true"))["files"]
    assert (files["a.ts"], files["b.ts"]) == ("1", "2")


async def test_an_import_is_over_after_its_last_chunk(ci: httpx.AsyncClient) -> None:
    import_id = (await load(ci, KNOWN, chunk_upload=True))["import_id"]
    await load(ci, chunk_upload=True, finish=True, import_id=import_id)
    assert (await ci.post(LOAD, json={"chunk_upload": True, "import_id": import_id})).status_code == 422


async def test_a_chunk_has_its_limits(ci: httpx.AsyncClient) -> None:
    many = [written(f"Test {number}", "Many") for number in range(101)]
    for fields in (
        {"tests": many},
        {"files": {f"{number}.ts": "" for number in range(101)}},
        {"files": {"a.ts": "x" * 1024 * 1024}},
    ):
        assert (await ci.post(LOAD, json={"chunk_upload": True, **fields})).status_code == 422
    json_of(await ci.post(LOAD, json={"chunk_upload": True, "tests": many[:100]}))


# Ids for code


async def test_the_map_knows_a_test_by_file_suite_and_title(ci: httpx.AsyncClient) -> None:
    data = json_of(await ci.get("/api/test_data"))
    assert list(data) == ["tests", "suites"]
    for name in (
        "Payment is refused",
        "Payment#Payment is refused",
        "checkout.spec.ts#Payment#Payment is refused",
    ):
        assert data["tests"][name] == "@Tt0000004"
    assert data["suites"]["Coupons"] == "@Ss0000003"


async def test_manual_tests_come_as_files_of_markdown(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.tests.main["t0000002"].description = "Enter it"
    files = json_of(await ci.get("/api/test_data?with_files=true"))["files"]
    assert set(files) == {"Shop/Checkout/Coupons.test.md", "Shop/Checkout/Payment.test.md"}
    assert files["Shop/Checkout/Coupons.test.md"] == (
        "<!-- suite\nid: @Ss0000003\n-->\n# Coupons\n\n"
        "<!-- test\nid: @Tt0000002\npriority: normal\n-->\n## A valid code lowers the total\n\nEnter it\n"
    )


async def test_the_map_can_be_narrowed_to_suites_and_what_is_below(ci: httpx.AsyncClient) -> None:
    for suite_ids, found in (
        ("s0000004", {"Payment"}),
        ("@Ss0000005", {"Checkout", "Coupons", "Payment"}),
        ("s0000002,Ss0000003", {"App", "Coupons"}),
    ):
        assert set(json_of(await ci.get("/api/test_data", params={"suite_ids": suite_ids}))["suites"]) == found


@pytest.mark.parametrize(
    ("kind", "wanted", "found"),
    [
        ("tag", "smoke", ["Tt0000001"]),
        ("tag", "@smoke", ["Tt0000001"]),
        ("label", "Severity:critical", ["Tt0000001"]),
        ("label", "severity-s0001", ["Tt0000001"]),
        ("label", "Severity:minor", []),
        ("plan", "p1a00001", ["Tt0000001", "Tt0000002"]),
        ("plan", "nothing0", []),
        ("jira", "shop-412", ["Tt0000004"]),
    ],
)
async def test_tests_are_found_by_tag_label_plan_and_issue(
    ci: httpx.AsyncClient, sandbox: Sandbox, kind: str, wanted: str, found: list[str]
) -> None:
    add_issue(sandbox.world, SMALL, "SHOP-412", "test", "t0000004")
    assert json_of(await ci.get("/api/test_grep", params={"type": kind, "id": wanted})) == {"tests": found}


@pytest.mark.parametrize("query", ["type=suite&id=x", "type=tag", "id=smoke"])
async def test_a_filter_needs_a_known_type_and_an_id(ci: httpx.AsyncClient, query: str) -> None:
    assert (await ci.get(f"/api/test_grep?{query}")).status_code == 422


@pytest.mark.parametrize("sent", ["area:account", "area%3Aaccount", "area%253Aaccount"])
async def test_a_filter_that_was_encoded_twice_is_understood(
    ci: httpx.AsyncClient, sandbox: Sandbox, sent: str
) -> None:
    sandbox.world.tests.main["t0000002"].linked_tags.append("area:account")
    assert json_of(await ci.get(f"/api/test_grep?type=tag&id={sent}")) == {"tests": ["Tt0000002"]}


async def test_a_name_that_looks_encoded_is_found_as_it_is(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.tests.main["t0000002"].linked_tags.append("half%20off")
    assert json_of(await ci.get("/api/test_grep?type=tag&id=half%2520off")) == {"tests": ["Tt0000002"]}
