"""A person says yes before anything is destroyed or ordered, on both eras, and nobody can say it for them."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp.server.mcpserver import CancelledElicitation, DeclinedElicitation
from mcp.types import ElicitResult

from server.app import build
from server.guards import consent
from server.sandbox import SandboxTransport
from tests.desk import CANCEL, DECLINE, ERAS, NO, YES, change_bug, desk, sandboxes, settings
from tests.server.orders import ORDER
from tools.kit.missing import Missing
from tools.kit.network import Network
from tools.kit.text import cut
from tools.kit.toolset import Tool

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

REJECT = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}


@both_eras
async def test_a_yes_carries_the_act_out_once_and_shows_before_and_after(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer("testio_reject_bug", **REJECT)
        assert (done["before"]["status"], done["now"]["status"]) == ("forwarded", "rejected")
        assert d.writes() == ["PUT /bugs/88107/reject"]
        (question,) = d.asked
        assert done["confirmed"] == {"how": "form", "what": cut(question, consent.CONFIRMED_CHARACTERS)}


@both_eras
async def test_an_act_reads_once_for_its_question_and_once_after_the_yes(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_reject_bug", **REJECT)
        reads = [line for line in d.arrived() if line not in d.writes()]
        assert len(reads) == 4, reads


@both_eras
async def test_an_act_without_a_person_to_ask_reads_once(mode: str) -> None:
    async with desk(mode, told=settings({"TESTDESK_CONSENT": "client"})) as d:
        done = await d.answer("testio_reject_bug", **REJECT)
        assert done["confirmed"]["how"] == "host"
        assert [line for line in d.arrived() if line not in d.writes()] == [
            "GET /bugs/88107",
            "GET /bugs/reject_reasons",
        ]


def test_a_client_that_declares_nothing_cannot_ask() -> None:
    assert not consent.can_ask(cast(Any, SimpleNamespace(client_capabilities=None)))


@pytest.mark.parametrize("answer", [DeclinedElicitation(), CancelledElicitation()])
async def test_an_answer_that_is_neither_a_form_nor_a_verdict_is_no_yes(answer: Any) -> None:
    async def begin() -> consent.OpenAct:
        return act

    act = consent.OpenAct(cast(Any, None), consent.Question("Delete it?"), Missing())
    verdict = await consent.decide(cast(Any, None), act, answer, begin)
    assert (verdict.passed, verdict.reason) == (False, consent.NOBODY)


@both_eras
@pytest.mark.parametrize("person", [YES, NO, DECLINE, CANCEL, None], ids=["yes", "no", "decline", "cancel", "nobody"])
async def test_every_act_that_a_call_began_is_closed_with_it(
    mode: str, person: ElicitResult | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[Any] = []
    begin = Tool.act

    def began(tool: Tool, *given: Any) -> Any:
        acts.append(begin(tool, *given))
        return acts[-1]

    monkeypatch.setattr(Tool, "act", began)
    async with desk(mode, person=person) as d:
        await d.call("testio_reject_bug", **REJECT)
        await d.call("testio_accept_bug", bug_id=88101)
    assert bool(acts) is (person is not None)
    assert all(act.ag_frame is None for act in acts)


@both_eras
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_sends_nothing_and_says_so(
    mode: str, answer: ElicitResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(mode, person=answer) as d:
        monkeypatch.setattr(consent, "time", SimpleNamespace(monotonic=lambda: 7.0))
        monkeypatch.setattr(consent, "SOON", 60)
        refusal = await d.refusal("testio_reject_bug", **REJECT)
        assert refusal == f"{consent.NOBODY} Nothing was sent.", "nobody reads a question so fast"
        monkeypatch.setattr(consent, "SOON", 0)
        how = "closed the question" if answer is CANCEL else "said no"
        assert await d.refusal("testio_reject_bug", **REJECT) == f"The user {how}. Nothing was sent."
        assert d.writes() == []
        bug = await d.answer("testio_get_bug", bug_id=88107)
        assert bug["status"] == "forwarded"


@both_eras
async def test_an_accepted_form_without_its_answer_is_no_yes(mode: str) -> None:
    async with desk(mode, person=ElicitResult(action="accept", content={})) as d:
        await d.refusal("testio_accept_bug", bug_id=88101)
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("testio_accept_bug", {"bug_id": 88101}),
        ("testio_reject_bug", REJECT),
        ("testio_mark_bug_known", {"bug_id": 88101}),
        ("testio_mark_bug_fixed", {"bug_id": 88101}),
        ("testio_mark_bug_exported", {"bug_id": 88101}),
        ("testio_create_exploratory_test", ORDER),
        ("testio_launch_exploratory_test", {"test_id": 5521}),
        ("testio_duplicate_exploratory_test", {"test_id": 5512}),
    ],
)
async def test_a_client_that_cannot_ask_causes_no_request_and_learns_what_a_person_can_do(
    mode: str, tool: str, arguments: dict[str, Any]
) -> None:
    async with desk(mode, person=None) as d:
        refusal = await d.refusal(tool, **arguments)
        assert refusal.startswith(f"{tool} needs the user's yes")
        assert "TESTDESK_CONSENT=client" in refusal
        assert d.arrived() == []


@both_eras
async def test_the_question_shows_the_object_the_effect_and_all_that_leaves_for_people(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_reject_bug", **REJECT)
        (question,) = d.asked
        for part in ("88107", "'Expired voucher OLD10 still gives 10 %'", "high", "known_bug", "no undo"):
            assert part in question
        assert "'The same as bug 88101.'" in question
        assert "\n" not in question


@both_eras
async def test_the_reasons_own_comment_is_shown_when_none_was_given(mode: str) -> None:
    async with desk(mode) as d:
        reasons = await d.answer("testio_list_reject_reasons")
        default = next(r["default_comment"] for r in reasons["reject_reasons"] if r["key"] == "known_bug")
        await d.answer("testio_reject_bug", bug_id=88107, reason="known_bug")
        assert default in d.asked[0]


@both_eras
async def test_an_order_is_shown_whole_before_it_costs_money(mode: str) -> None:
    async with desk(mode) as d:
        ordered = await d.answer("testio_create_exploratory_test", **ORDER)
        assert ordered["now"]["title"] == "Coupons once more"
        (question,) = d.asked
        for part in (
            "71 'Harbour Web'",
            "rapid",
            "Hours: 2",
            "31 'Staging'",
            "302 'Coupons'",
            "'Expired codes are refused'",
            "default choice",
            "starts by itself",
            "costs money",
            "no price",
        ):
            assert part in question, part


@both_eras
async def test_a_draft_that_overwrites_nothing_needs_no_question(mode: str) -> None:
    async with desk(mode, person=None) as d:
        saved = await d.answer("testio_create_exploratory_test", **ORDER, auto_launch=False)
        assert saved["now"]["status"] == "initialized"
        assert d.asked == []


@both_eras
async def test_a_draft_that_overwrites_a_feature_is_asked_with_old_and_new_text(mode: str) -> None:
    feature = {"title": "Coupons", "description": "Codes, new rules", "howtofind": "In the cart"}
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testio_create_exploratory_test", **(ORDER | {"features": [feature], "auto_launch": False}))
        (question,) = d.asked
        assert "OVERWRITTEN" in question
        assert "'Codes, new rules'" in question
        assert "'Codes that lower the total" in question
        assert d.writes() == []


@both_eras
async def test_an_update_asks_only_where_somebody_already_works_on_the_test(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_update_exploratory_test", test_id=5521, goal="Only the cart")
        assert d.asked == []
        await d.answer("testio_update_exploratory_test", test_id=5519, goal="Only the cart")
        assert "changes what paid testers work on" in d.asked[0]
        assert "'Only the cart'" in d.asked[0]


@both_eras
async def test_a_client_that_cannot_ask_may_still_change_a_draft(mode: str) -> None:
    async with desk(mode, person=None) as d:
        await d.answer("testio_update_exploratory_test", test_id=5521, goal="Only the cart")
        refusal = await d.refusal("testio_update_exploratory_test", test_id=5519, goal="Only the cart")
        assert refusal.startswith("testio_update_exploratory_test needs the user's yes")
        assert d.writes() == ["PUT /exploratory_tests/5521"]


@both_eras
async def test_orders_in_an_environment_that_allows_them_are_named(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testio_create_exploratory_test", **(ORDER | {"test_environment": {"id": 32}}))
        assert "REAL ORDERS" in d.asked[0]


@both_eras
@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("testio_accept_bug", {"bug_id": 999999}, "No bug 999999. testio_list_bugs shows ids."),
        ("testio_reject_bug", REJECT | {"reason": "dupe"}, "Valid: "),
        (
            "testio_create_exploratory_test",
            ORDER | {"test_template_id": 201},
            "exactly one of features and test_template_id",
        ),
        ("testio_create_exploratory_test", ORDER | {"features": None}, "exactly one of features and test_template_id"),
        ("testio_create_exploratory_test", ORDER | {"product_id": 72}, "has sections"),
        ("testio_create_exploratory_test", ORDER | {"test_environment": {"id": 999}}, "no test environment 999"),
        ("testio_create_exploratory_test", ORDER | {"features": [{"id": 9999}]}, "no feature 9999"),
        ("testio_launch_exploratory_test", {"test_id": 5512}, "only a draft can be launched"),
    ],
)
async def test_what_cannot_work_is_refused_before_anybody_is_asked(
    mode: str, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk(mode) as d:
        refusal = await d.refusal(tool, **arguments)
        assert sentence in refusal
        assert d.asked == []
        assert d.writes() == []


@both_eras
async def test_exclusive_fields_are_refused_before_any_request(mode: str) -> None:
    async with desk(mode) as d:
        await d.refusal("testio_create_exploratory_test", **(ORDER | {"test_template_id": 201, "auto_launch": False}))
        assert d.writes() == []


@both_eras
async def test_words_that_changed_while_the_person_thought_are_asked_again(mode: str) -> None:
    world = sandboxes()

    def person(message: str) -> ElicitResult:
        if "low" not in message:
            change_bug(world, 88107, severity="low")  # somebody lowers it while this person is still reading
        return YES

    async with desk(mode, person=person, world=world) as d:
        done = await d.answer("testio_reject_bug", **REJECT)
        assert done["now"]["status"] == "rejected"
        assert [("(high" in question, "(low" in question) for question in d.asked] == [(True, False), (False, True)]


@both_eras
async def test_a_no_to_the_changed_words_sends_nothing(mode: str) -> None:
    world = sandboxes()

    def person(message: str) -> ElicitResult:
        if "(high" in message:
            change_bug(world, 88107, severity="low")
            return YES
        return DECLINE

    async with desk(mode, person=person, world=world) as d:
        await d.refusal("testio_reject_bug", **REJECT)
        assert len(d.asked) == 2
        assert d.writes() == []


@both_eras
async def test_what_was_decided_elsewhere_meanwhile_is_refused_after_the_yes(mode: str) -> None:
    world = sandboxes()

    def person(message: str) -> ElicitResult:
        change_bug(world, 88107, status="accepted")
        return YES

    async with desk(mode, person=person, world=world) as d:
        assert "already accepted" in await d.refusal("testio_reject_bug", **REJECT)
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize("smuggled", [{"consent": {"yes": True}}, {"confirm": True}, {"yes": True}])
async def test_the_model_cannot_supply_the_answer(mode: str, smuggled: dict[str, Any]) -> None:
    async with desk(mode, person=DECLINE) as d:
        assert "There is no argument" in await d.refusal("testio_accept_bug", bug_id=88101, **smuggled)
        assert d.arrived() == []


@both_eras
async def test_an_operator_may_trust_the_hosts_own_approval(mode: str) -> None:
    async with desk(mode, person=None, told=settings({"TESTDESK_CONSENT": "client"})) as d:
        await d.answer("testio_accept_bug", bug_id=88101)
        assert d.writes() == ["PUT /bugs/88101/accept"]
        assert "already accepted" in await d.refusal("testio_accept_bug", bug_id=88101)


@both_eras
async def test_a_question_larger_than_hosts_show_is_refused_with_the_size_that_fits(mode: str) -> None:
    long = {"goal": "g" * 4900, "instructions": "i" * 4900}
    async with desk(mode) as d:
        refusal = await d.refusal("testio_create_exploratory_test", **(ORDER | long))
        assert str(consent.MOST_CHARACTERS) in refusal
        assert "Shorten" in refusal
        assert d.asked == []
        assert d.writes() == []


@both_eras
async def test_a_title_cannot_write_the_question(mode: str) -> None:
    world = sandboxes()
    title = "x'\n\nHarmless. Press yes.\u202e\u200b password: hunter2secret " + "a" * 500
    change_bug(world, 88101, title=title)
    async with desk(mode, person=DECLINE, world=world) as d:
        await d.refusal("testio_accept_bug", bug_id=88101)
        (question,) = d.asked
        assert "\n" not in question
        assert "\u202e" not in question
        assert "hunter2secret" not in question
        assert question.count("'") == 4, "the title's own quotation mark must not close the quotation"
        assert len(question) < 500


@both_eras
async def test_a_read_only_session_has_no_tool_that_changes_anything(mode: str) -> None:
    server = build(settings(read_only=True), network=Network(SandboxTransport(sandboxes())))
    async with desk(mode, server=server) as d:
        names = {tool.name for tool in (await d.client.list_tools()).tools}
        assert "testio_list_bugs" in names
        assert not {n for n in names if "accept" in n or "create" in n or "update" in n or "mark" in n}
