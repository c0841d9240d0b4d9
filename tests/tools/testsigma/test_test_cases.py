"""Test cases are listed by words people know, written in either template, and changed by what differs."""

import re
from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, Desk, client_of, desk
from tools.kit.toolset import no_progress
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.tools.case_changes import NewCase, create_test_cases

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LIST, UPDATE = "testsigma_list_test_cases", "testsigma_update_test_case"
WORDS = {"priority": "Minor", "case_type": "Functional", "status": "Draft", "automation": "Not Automated"}
NEW: dict[str, Any] = {"project": "HRB", "folder": "Cart", "owner": "Ann Weber", **WORDS}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def ids(d: Desk, **filters: Any) -> list[str]:
    page = await d.answer(LIST, project="HRB", limit=100, **filters)
    return [row["id"] for row in page["items"]]


def asked_for(d: Desk) -> list[dict[str, str]]:
    """The queries of the lists of test cases that were asked for."""
    entries = d.sandboxes.journal.entries(platform="testsigma")
    return [dict(entry.query) for entry in entries if entry.path.endswith("/test_cases") and entry.method == "GET"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"text": "expired CODE"}, ["HRB-7"]),
        ({"text": "code expired"}, ["HRB-7"]),
        ({"text": "HRB-6"}, ["HRB-6"]),
        ({"text": "hrb-60"}, ["HRB-60"]),
        ({"folder": "Payment/Cards"}, ["HRB-9", "HRB-10", "HRB-13", "HRB-54", "HRB-55"]),
        ({"folder": "App/Watch"}, ["HRB-42", "HRB-43", "HRB-44"]),
        ({"folder": "Cards", "priority": "critical"}, ["HRB-9", "HRB-10", "HRB-54"]),
        ({"status": "Draft"}, ["HRB-59"]),
        ({"label": "lieferadresse", "case_type": "functional", "priority": "Minor"}, ["HRB-39"]),
        ({"automation": "Can't be automated"}, ["HRB-40", "HRB-41"]),
        ({"owner": "Priya Nair", "folder": "Coupons"}, []),
        ({"text": "zebra"}, []),
    ],
    ids=str,
)
async def test_filters_take_the_words_people_know(filters: dict[str, str], found: list[str]) -> None:
    async with desk() as d:
        assert await ids(d, **filters) == found


async def test_only_filters_that_work_are_asked_for_and_none_that_are_known_to_be_ignored() -> None:
    async with desk() as d:
        await ids(d, folder="Cart", text="an article", priority="Major", label="checkout")
        cart = (await d.answer("testsigma_get_folder", project="HRB", folder="Cart"))["id"]
        assert asked_for(d)[0] == {"page_size": "100", "folder_id": cart, "search": "article"}


async def test_a_folder_with_subfolders_is_filtered_here_since_theirs_is_not_known_to_include_them() -> None:
    async with desk() as d:
        expected = await ids(d, folder="Payment")
        assert len(expected) == 14
        assert "folder_id" not in asked_for(d)[0]
        await d.switch("testsigma", folder_with_subfolders=True)
        assert await ids(d, folder="Payment") == expected


async def test_what_a_filter_of_theirs_lets_through_is_left_out_and_said() -> None:
    every = [{"id": f"0000000{n}", "human_id": f"HRB-{n}", "title": t} for n, t in ((7, "Old code"), (70, "A code"))]
    async with desk() as d:
        body = {"data": {"test_cases": every}, "page_info": {"total_count": 2, "next": ""}}
        await d.fault(platform="testsigma", method="GET", path="/projects/*/test_cases", status=200, body=body)
        page = await d.answer(LIST, project="HRB", text="HRB-7")
        assert [row["id"] for row in page["items"]] == ["HRB-7"], "not HRB-70, though a search finds it"
        assert page["note"] == "Testsigma did not apply search; rows that do not match are left out here."
        assert page["coverage"]["matched"] == 1


async def test_the_list_continues_by_cursor_with_the_same_filters_only() -> None:
    async with desk() as d:
        first = await d.answer(LIST, project="HRB", limit=25)
        second = await d.answer(LIST, project="HRB", limit=25, cursor=first["next_cursor"])
        third = await d.answer(LIST, project="HRB", limit=25, cursor=second["next_cursor"])
        rows = [row["id"] for page in (first, second, third) for row in page["items"]]
        assert rows == [f"HRB-{number}" for number in range(1, 61)]
        assert "next_cursor" not in third
        assert "other filters" in await d.refusal(LIST, project="KSK", limit=25, cursor=first["next_cursor"])


async def test_a_test_case_is_shown_with_names_and_its_step_groups() -> None:
    async with desk() as d:
        case = await d.answer("testsigma_get_test_case", case_id="HRB-7")
        assert case["steps"][0] == {"action": "Fill the cart", "step_group": "HRB-SG-2"}
        assert case["steps"][3] == {"action": "Read the message", "expected": "It says that the code has expired"}
        told = (case["priority"], case["status"], case["type"], case["automation"], case["owner"], case["reviewer"])
        assert told == ("Critical", "Ready", "Smoke", "Not Automated", "Jonas Petersen", "Mara Lindt")
        assert (case["folder"], case["labels"]) == ("Coupons", ["checkout", "coupons"])
        assert not UUID.search(str(case))


async def test_both_templates_are_written_with_all_ids_resolved() -> None:
    cases = [
        {"title": "In steps", "steps": [{"action": "Look", "expected": "It is there"}, {"action": "Wait"}]},
        {
            "title": "In a text",
            "text": "Look\nWait",
            "expected_text": "It is there",
            "folder": "Cards",
            "priority": "Major",
        },
    ]
    async with desk() as d:
        made = await d.answer("testsigma_create_test_cases", test_cases=cases, labels=["Smoke"], **NEW)
        assert made["done"] == "2 of 2 created."
        assert [(one["id"], one["outcome"]) for one in made["results"]] == [
            ("HRB-61", "created"),
            ("HRB-62", "created"),
        ]
        bodies: list[Any] = [e.body for e in d.sandboxes.journal.entries() if e.method == "POST"]
        for body in bodies:
            assert all(UUID.fullmatch(value) for name, value in body.items() if name.endswith("_id"))
            assert {"project_id", "folder_id", "type_id", "status_id", "automation_type_id", "priority_id"} < set(body)
            assert all(UUID.fullmatch(label) for label in body["label_ids"])
        assert bodies[0]["template_type"] == "STEPS"
        assert bodies[0]["individual_steps"] == [
            {"step_description": "Look", "expected_results": "It is there", "order": 1.0, "step_type": "DEFAULT"},
            {"step_description": "Wait", "expected_results": "", "order": 2.0, "step_type": "DEFAULT"},
        ]
        assert (bodies[1]["template_type"], bodies[1]["steps"]) == ("TCD", "Look\nWait")
        assert bodies[0]["folder_id"] != bodies[1]["folder_id"]
        shown = await d.answer("testsigma_get_test_case", case_id="HRB-62")
        assert (shown["folder"], shown["priority"], shown["owner"]) == ("Payment/Cards", "Major", "Ann Weber")
        assert shown["labels"] == ["smoke"]
        assert d.asked == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"priority": "Urgent"}, "'Urgent' is no priority. Valid:"),
        ({"folder": "Nowhere"}, "No folder 'Nowhere'"),
        ({"owner": "Nobody"}, "'Nobody' is no user"),
        ({"labels": ["unheard of"]}, "'unheard of' is no label"),
        ({"test_cases": [{"title": "A", "steps": [{"action": "x"}], "text": "y"}]}, "not both"),
        ({"test_cases": [{"title": "A", "stepz": []}]}, "has no field 'stepz'"),
        ({"test_cases": []}, "Nothing was sent"),
    ],
    ids=str,
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_made(change: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        told = await d.refusal(
            "testsigma_create_test_cases", **{"test_cases": [{"title": "A", "text": "b"}]} | NEW | change
        )
        assert sentence in told
        assert d.writes("testsigma") == []


async def test_an_owner_is_sent_only_when_somebody_was_named() -> None:
    nobody = {name: value for name, value in NEW.items() if name != "owner"}
    async with desk() as d:
        told = await d.refusal("testsigma_create_test_cases", test_cases=[{"title": "A", "text": "b"}], **nobody)
        assert "An owner may be required: give owner. No test case was created." in told
        assert "Invalid ID format" in told
        await d.switch("testsigma", owner_optional=True)
        await d.answer("testsigma_create_test_cases", test_cases=[{"title": "A", "text": "b"}], **nobody)
        last: Any = d.sandboxes.journal.entries()[-1].body
        assert "owner_id" not in last


async def test_an_operator_may_name_the_owner_for_good() -> None:
    async with client_of(Testsigma, "testsigma", None, **{USER: "iris.okafor@shop.example.test"}) as api:
        cases = [NewCase(title="A", text="b")]
        made = await create_test_cases(
            api, no_progress, "HRB", cases, "Cart", "Minor", case_type="Smoke", status="Draft", automation="Obsolete"
        )
        assert made.results[0].outcome == "created"
        case = await api.test_case((await api.projects()).rows[0].id, "HRB-61")
        assert case.owner_id == next(one.id for one in (await api.users()).rows if one.full_name == "Iris Okafor")


async def test_one_that_is_refused_does_not_stop_the_others() -> None:
    async with desk() as d:
        await d.switch("testsigma", unique_case_titles=True)
        cases = [{"title": title, "text": "x"} for title in ("One", "Pay by credit card", "Two")]
        made = await d.answer("testsigma_create_test_cases", test_cases=cases, **NEW)
        assert made["done"] == "2 of 3 created."
        assert [one["outcome"] for one in made["results"]] == ["created", "refused", "created"]
        assert "exists already" in made["results"][1]["why"]


async def test_one_whose_fate_is_not_known_stops_the_rest_and_says_so() -> None:
    async with desk() as d:
        cases = [{"title": title, "text": "x"} for title in ("One", "Two", "Three", "Four")]
        order = {"platform": "testsigma", "method": "POST", "path": "/projects/*/test_cases"}
        await d.fault(**order, status=201, body={"data": {"test_case": {"id": "x"}}})
        await d.fault(**order, status=500, body={"message": "boom"})
        made = await d.answer("testsigma_create_test_cases", test_cases=cases, **NEW)
        assert [one["outcome"] for one in made["results"]] == ["created", "unknown", "not tried", "not tried"]
        assert len(d.writes("testsigma")) == 2


async def test_only_what_differs_is_sent() -> None:
    async with desk() as d:
        told = await d.answer(
            UPDATE, case_id="HRB-22", title="Filter by price", priority="Medium", status="Draft", labels=["smoke"]
        )
        sent: Any = next(e for e in d.sandboxes.journal.entries() if e.method == "PUT").body
        assert set(sent) == {"status_id", "label_ids"}
        assert told["done"] == "Changed: status, label."
        assert (told["before"]["status"], told["now"]["status"]) == ("Ready", "Draft")
        assert d.asked == []


async def test_a_change_that_is_none_sends_nothing() -> None:
    async with desk() as d:
        told = await d.answer(
            UPDATE,
            case_id="HRB-3",
            title="Remove an article",
            labels=["Checkout"],
            text="Open a filled cart\nPress the bin beside an article",
        )
        assert told["done"] == "Already up to date; nothing was sent."
        assert d.writes("testsigma") == []
        assert "at least one field" in await d.refusal(UPDATE, case_id="HRB-3")


async def test_steps_are_replaced_whole_with_their_template() -> None:
    async with desk() as d:
        told = await d.answer(UPDATE, case_id="HRB-26", steps=[{"action": "Open the login", "expected": "The form"}])
        sent: Any = next(e for e in d.sandboxes.journal.entries() if e.method == "PUT").body
        assert set(sent) == {"template_type", "individual_steps"}
        assert told["now"]["steps"] == [{"action": "Open the login", "expected": "The form"}]
        assert d.asked == []


@both_eras
async def test_embedded_step_groups_are_lost_only_after_a_yes(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer(UPDATE, case_id="HRB-9", steps=[{"action": "Pay"}])
        (question,) = d.asked
        assert (
            "Replace the steps or text of test case HRB-9 'Payment is refused by the bank' of project 'Harbour'?"
            in question
        )
        assert "loses its 5 steps, 2 of them a step group that the API cannot put back" in question
    async with desk(mode, person=NO) as d:
        await d.refusal(UPDATE, case_id="HRB-9", steps=[{"action": "Pay"}])
        assert d.writes("testsigma") == []


@pytest.mark.parametrize(
    ("case_id", "change", "lost"),
    [("HRB-26", {"text": "Log in"}, "its 4 steps"), ("HRB-22", {"steps": [{"action": "Search"}]}, "its text")],
)
async def test_a_template_is_exchanged_only_after_a_yes(case_id: str, change: dict[str, Any], lost: str) -> None:
    async with desk() as d:
        await d.answer(UPDATE, case_id=case_id, **change)
        assert lost in d.asked[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"owner": "Nobody"}, "'Nobody' is no user"),
        ({"folder": "Nowhere"}, "No folder 'Nowhere'"),
        ({"labels": ["unheard of"]}, "'unheard of' is no label"),
        ({"edits": [{"field": "title", "old": "zebra", "new": "code"}]}, "does not occur in title"),
    ],
    ids=str,
)
async def test_a_change_that_cannot_be_made_is_refused_before_anybody_is_asked(
    change: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(UPDATE, case_id="HRB-9", steps=[{"action": "Pay"}], **change)
        assert d.asked == []
        assert d.writes("testsigma") == []


@both_eras
async def test_a_yes_deletes_a_test_case_once_and_shows_what_it_was(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer("testsigma_delete_test_case", case_id="HRB-7")
        assert gone["before"]["title"] == "An expired code is refused"
        (question,) = d.asked
        for part in ("HRB-7 'An expired code is refused'", "4 steps", "'Coupons'", "'Harbour'", "no undo"):
            assert part in question
        assert len(d.writes("testsigma")) == 1
        assert "No test case HRB-7" in await d.refusal("testsigma_get_test_case", case_id="HRB-7")


@both_eras
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_deletes_nothing(mode: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        told = await d.refusal("testsigma_delete_test_case", case_id="HRB-7")
        assert told.startswith(NOT_CONFIRMED)
        assert d.writes("testsigma") == []


async def test_an_unknown_test_case_is_refused_before_anybody_is_asked() -> None:
    async with desk() as d:
        assert "No test case HRB-99" in await d.refusal("testsigma_delete_test_case", case_id="HRB-99")
        assert d.asked == []


async def test_steps_that_were_not_read_whole_are_not_written_back() -> None:
    async with desk() as d:
        case = "/projects/*/test_cases/HRB-7"
        steps = [{"step_description": "Look", "expected_results": "x", "order": 1}, "odd"]
        told = {"data": {"test_case": {"id": "x", "human_id": "HRB-7", "title": "T", "individual_steps": steps}}}
        await d.fault(platform="testsigma", method="GET", path=case, status=200, body=told, times=9)
        edit = {"field": "steps[1].action", "old": "Look", "new": "See"}
        refusal = await d.refusal("testsigma_update_test_case", case_id="HRB-7", edits=[edit])
        assert "The list of steps would be written back as a whole" in refusal
        assert d.writes("testsigma") == []
