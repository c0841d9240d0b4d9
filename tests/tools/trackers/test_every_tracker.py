"""Every tracker: an issue is created once, found, read, commented on and closed, whatever goes wrong on the way."""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.tools.trackers.golden import check_golden
from tests.trackers import DEFECT, LIVE, Bench, bench, routes_of
from tools.kit.defect import LEVELS, Content, bug_marker
from tools.kit.errors import TestdeskError, Unauthorized
from tools.trackers import engine
from tools.trackers.document import Paragraph
from tools.trackers.drafts import draft, rendered, resolved
from tools.trackers.engine import NotYet, hand_over, identify, look_for, read_issue
from tools.trackers.listed import load
from tools.trackers.tracker import Absent, Created

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("key", LIVE)]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSES", (0.0, 0.0, 0.0))


def path_fits(route: str, method: str, path: str) -> bool:
    wanted, _, template = route.partition(" ")
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
    return wanted == method and re.fullmatch(pattern, path) is not None


def undeclared(requests: Iterable[tuple[str, str]], routes: Iterable[str]) -> list[tuple[str, str]]:
    return [one for one in requests if not any(path_fits(route, *one) for route in routes)]


async def test_an_issue_is_created_once_and_found_again_by_another_store(key: str) -> None:
    async with bench(key) as tracker:
        done = await hand_over(tracker.work())
        assert done.is_new
        assert done.issue.id
        assert done.issue.url.startswith("http")
        assert DEFECT.marker in str(done.issue) or len(tracker.ours()) == 1
        again = await hand_over(tracker.work())
        assert (again.issue, again.is_new) == (done.issue, False)
        async with bench(key, sandboxes=tracker.sandboxes) as other:
            found = await hand_over(other.work())
        assert (found.issue.id, found.how, found.is_new) == (done.issue.id, "found", False)
        assert len(tracker.ours()) == 1


async def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(key: str) -> None:
    async with bench(key) as tracker:
        tracker.network.loses = 1
        done = await hand_over(tracker.work())
        assert done.is_new
        assert len(tracker.ours()) == 1
        known = await tracker.handovers.look(tracker.setup.place, DEFECT.marker)
        assert known is not None
        assert known.id == done.issue.id


async def test_an_issue_that_a_lagging_search_misses_is_not_created_twice(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(key) as tracker:
        await tracker.switch(lag=4)
        tracker.network.loses = 1
        try:
            done = await hand_over(tracker.work())
        except TestdeskError:
            waits = tracker.setup.tracker.lag_seconds
            assert waits, "a tracker whose search lags says for how long"
            monkeypatch.setattr(engine, "PATIENCE", 0.0)
            with pytest.raises(NotYet):
                await hand_over(tracker.work())
            await tracker.switch(lag=0)
            for issue in tracker.world.issues:
                issue.hidden_for = 0
            monkeypatch.setattr(time, "time", lambda now=time.time: now() + waits + 1)
            done = await hand_over(tracker.work())
        assert done.issue.id
        assert len(tracker.ours()) == 1


@pytest.mark.parametrize("body", [{}, {"message": "Down for maintenance"}, None])
async def test_an_answer_without_a_list_does_not_mean_that_there_is_no_issue(key: str, body: object) -> None:
    async with bench(key) as tracker:
        await tracker.fault(status=200, body=body, times=50)
        with pytest.raises(TestdeskError):
            await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        with pytest.raises(TestdeskError):
            await read_issue(tracker.api, "1")


async def test_a_wrong_credential_is_found_out(key: str) -> None:
    async with bench(key, credential="wrong") as tracker:
        with pytest.raises(Unauthorized):
            await tracker.setup.tracker.check.function(tracker.api)
        with pytest.raises(TestdeskError):
            await hand_over(tracker.work())
        assert await tracker.handovers.look(tracker.setup.place, DEFECT.marker) is None
    async with bench(key, credential="wrong") as tracker:
        await tracker.switch(anonymous=True)
        with pytest.raises(Unauthorized):
            await tracker.setup.tracker.check.function(tracker.api)


async def test_a_check_that_names_nobody_has_not_been_passed(key: str) -> None:
    async with bench(key) as tracker:
        await tracker.fault(status=200, body={}, times=50)
        try:
            who = await identify(tracker.api)
        except TestdeskError:
            return
        assert who.name


async def test_the_check_says_who_it_is_and_lists_what_to_choose_from(key: str) -> None:
    async with bench(key) as tracker:
        who = await tracker.setup.tracker.check.function(tracker.api)
        assert who.name
        choices = await tracker.setup.tracker.choices.function(tracker.api)
        for option in tracker.setup.tracker.container:
            values = [choice.value for choice in choices if choice.option == option]
            assert tracker.setup[option] in values


async def test_an_unknown_container_is_refused_with_a_sentence_and_leaves_nothing(key: str) -> None:
    options = load(key).container
    if not options:
        pytest.skip("it has one container")
    async with bench(key, values={options[0]: "9999999"}) as tracker:
        before = len(tracker.world.issues)
        with pytest.raises(TestdeskError) as refused:
            await hand_over(tracker.work())
        assert len(str(refused.value)) > 20
        assert len(tracker.world.issues) == before
        assert await tracker.handovers.look(tracker.setup.place, DEFECT.marker) is None


async def test_the_state_of_an_issue_is_read_by_id_and_key_and_after_it_was_closed(key: str) -> None:
    async with bench(key) as tracker:
        issue = (await hand_over(tracker.work())).issue
        functions = tracker.setup.tracker
        for name in {issue.id, issue.key}:
            state = await functions.read.function(tracker.api, name)
            assert (state.issue, state.is_open) == (issue, True)
            assert state.title
            assert state.word
        assert not isinstance(functions.close, Absent), "every tracker can close"
        await functions.close.function(tracker.api, issue.id)
        assert (await functions.read.function(tracker.api, issue.id)).is_open is False
        found, _ = await look_for(tracker.api, tracker.handovers, DEFECT.marker)
        assert found is not None
        assert found.issue == issue, "a closed issue is still there"


async def test_a_closed_issue_is_found_without_the_record(key: str) -> None:
    async with bench(key) as tracker:
        issue = (await hand_over(tracker.work())).issue
        await tracker.setup.tracker.close.function(tracker.api, issue.id)  # type: ignore[union-attr]
        async with bench(key, sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue.id == issue.id


async def test_another_defect_whose_marker_begins_alike_has_its_own_issue(key: str) -> None:
    other = replace(DEFECT, item="8810", marker=bug_marker("testio", 8810))
    async with bench(key) as tracker:
        first = await hand_over(tracker.work())
        second = await hand_over(tracker.work(other))
        assert second.is_new
        assert first.issue.id != second.issue.id
        async with bench(key, sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work(other))).issue.id == second.issue.id


async def test_a_comment_arrives_as_text(key: str) -> None:
    async with bench(key) as tracker:
        issue = (await hand_over(tracker.work())).issue
        before = len(tracker.ours()[0].comments)
        text = rendered([Paragraph(["Fixed in 9.1, please test again."])], tracker.setup)
        await tracker.setup.tracker.comment.function(tracker.api, issue.id, text)
        comments = tracker.ours()[0].comments[before:]
        assert len(comments) == 1
        assert "please test again" in json.dumps(comments, default=str)


async def test_files_are_uploaded_only_where_the_operator_allows_it(key: str) -> None:
    async with bench(key) as tracker:
        await hand_over(tracker.work())
        assert tracker.ours()[0].files == []
    if isinstance(load(key).attach, Absent):
        assert str(load(key).attach.why).endswith(".")  # type: ignore[union-attr]
        return
    async with bench(key, uploads=True) as tracker:
        done = await hand_over(tracker.work())
        assert done.notes == []
        names = [name for name, _ in tracker.ours()[0].files]
        assert names == ["screen.png", "video.mp4"]
        await hand_over(tracker.work())
        assert len(tracker.ours()[0].files) == 2, "a second call uploads nothing again"


async def test_every_severity_is_one_that_the_tracker_takes(key: str) -> None:
    async with bench(key) as tracker:
        for number, level in enumerate(LEVELS):
            defect = replace(DEFECT, level=level, severity=level, marker=bug_marker("testio", 500 + number))
            assert (await hand_over(tracker.work(defect))).is_new


async def test_a_limit_is_waited_for(key: str) -> None:
    async with bench(key) as tracker:
        await tracker.fault(status=429, headers={"Retry-After": "0"}, body="slow down", times=1)
        assert (await hand_over(tracker.work())).is_new
        assert len(tracker.ours()) == 1


async def test_each_operation_makes_the_requests_that_it_declares(key: str) -> None:
    operations = load(key).operations
    async with bench(key, uploads=True) as tracker:
        declared = {f"{method} {path}" for method, path in tracker.sandboxes.sandboxes[key].routes}
        for name, op in operations.items():
            assert not set(routes_of(op)) - declared, name
            assert routes_of(op) or isinstance(op, Absent), name
        seen = await _requests_of_operations(tracker)
        for name, requests in seen.items():
            assert not undeclared(requests, routes_of(operations[name])), name
            assert requests or isinstance(operations[name], Absent), name
        used = {route for op in operations.values() for route in routes_of(op)}
        extra = [op for op in (load(key).resolve, load(key).finish, load(key).audience) if op is not None]
        used |= {route for op in extra for route in op.routes}
        assert not declared - used, "the fake API has no route that nothing uses"


async def _requests_of_operations(tracker: Bench) -> dict[str, list[tuple[str, str]]]:
    """The requests of each operation."""
    one, seen = tracker.setup.tracker, dict[str, list[tuple[str, str]]]()
    issue: Created | None = None

    async def run(name: str) -> None:
        nonlocal issue
        before = len(tracker.requests())
        if name == "create":
            drafted = await resolved(tracker.api, draft(DEFECT, tracker.setup).draft)
            before = len(tracker.requests())
            answer = await tracker.api.act(one.create.function(drafted, tracker.setup))
            issue = one.read_created(answer, tracker.setup)
            seen[name] = tracker.requests()[before:]
            if one.finish is not None:
                await one.finish.function(tracker.api, issue, drafted)
            return
        if name == "find":
            await one.find.function(tracker.api, DEFECT.marker)
        elif name in {"check", "choices"}:
            await getattr(one, name).function(tracker.api)
        else:
            assert issue is not None
            op = getattr(one, name)
            text = rendered([Paragraph(["Text"])], tracker.setup)
            more = {"comment": [text], "attach": [Content("a.png", "image/png", b"png")]}.get(name, [])
            if not isinstance(op, Absent):
                await op.function(tracker.api, issue.id, *more)
        seen[name] = tracker.requests()[before:]

    for name in ("check", "choices", "create", "find", "read", "comment", "attach", "close"):
        await run(name)
    return seen


async def test_the_body_of_a_create_is_the_one_on_record(key: str) -> None:
    async with bench(key) as tracker:
        drafted = await resolved(tracker.api, draft(DEFECT, tracker.setup).draft)
        send = tracker.setup.tracker.create.function(drafted, tracker.setup)
    content = None if send.content is None else [piece.decode() async for piece in send.content.pieces()]
    body = {"request": f"{send.method} {send.path}", "query": list(send.query), "body": send.body, "content": content}
    check_golden(f"{key}.json", json.dumps(body, indent=1, ensure_ascii=False))


async def test_a_marker_that_a_stranger_wrote_hides_no_other_defect(key: str) -> None:
    other = replace(DEFECT, item="99", marker=bug_marker("testio", 99))
    texts = f"See {other.marker}\n\n{other.marker}"
    spoiled = replace(DEFECT, title=f"{other.marker} again", description=texts, actual=other.marker, steps=[texts])
    async with bench(key) as tracker:
        await hand_over(tracker.work(spoiled))
        assert (await hand_over(tracker.work(other))).is_new
