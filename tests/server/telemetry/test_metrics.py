"""Metrics: what is counted, and how much of it there can be."""

import re
from collections import Counter
from importlib import import_module
from typing import Any

import anyio
import httpx
import pytest

from server.observing import OUTCOMES, REASONS, note_wait, reason_of
from server.store.engine import StoreError
from server.telemetry.endpoint import MetricsPage, metrics_served
from server.telemetry.instruments import METRICS
from server.telemetry.telemetry import Telemetry
from tests.desk import CANCEL, ERAS, NO, YES
from tests.server.served import PATIENCE, bearer, client, raw, served
from tests.server.telemetry.watched import Watched, collecting, samples, watched
from tools.kit.turns import Turns
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

CALLS: list[tuple[str, dict[str, Any]]] = [
    call for platform in PLATFORMS for call in import_module(f"tests.tools.{platform.key}.calls").CALLS
]
MOST_SERIES = 1_500
MOST_BYTES = 200_000


async def test_a_call_of_every_tool_makes_few_series() -> None:
    names = dict(CALLS)
    async with watched() as w:
        for name, arguments in names.items():
            await w.desk.call(name, **arguments)
        held, size = w.samples(), len(w.page())
        sent = [dict(span.attributes or {}) for span in w.spans if span.kind.name == "CLIENT"]
    templates = {str(attributes["url.template"]) for attributes in sent}
    unknown = {(a["testdesk.platform"], a["http.request.method"]) for a in sent if a["url.template"] == "other"}
    by_metric = Counter(re.sub(r"_(total|bucket|count|sum)$", "", name) for name, _ in held)
    assert len(names) > 150
    assert by_metric["testdesk_calls"] <= len(names) * 1.2 + len(OUTCOMES)
    assert by_metric["testdesk_call_seconds"] <= 5 * 4 * 15, "by platform and effect"
    assert len(held) < MOST_SERIES
    assert size < MOST_BYTES
    labels = {label for _, pairs in held for label, _ in pairs}
    assert labels <= {label for metric in METRICS for label in metric.labels} | {"le"}
    assert len(templates) > 80
    assert not [template for template in templates if re.search(r"\d{2}", template)], "templates have no ids"
    assert {platform for platform, _ in unknown} <= {"testio", "testery", "other"}, "files, and pages of others"


@pytest.mark.parametrize("mode", ERAS)
async def test_outcomes_questions_and_acts_are_counted(mode: str) -> None:
    answers = iter([NO, CANCEL, YES])
    async with watched(mode, person=lambda _: next(answers)) as w:
        for _ in range(3):
            await w.desk.call("testio_accept_bug", bug_id=88101)
        assert w.value("testdesk_questions_total", answer="yes") == 1
        asked = w.value("testdesk_questions_total", answer="asked")
        declined = sum(w.value("testdesk_questions_total", answer=word) for word in ("no", "none"))
        assert (asked, declined) == (3, 2)
        assert w.value("testdesk_calls_total", tool="testio_accept_bug", outcome="done") == 1
        assert w.value("testdesk_calls_total", tool="testio_accept_bug", outcome="refused") == 2
        assert w.value("testdesk_acts_total", platform="testio", outcome="done") == 1
        assert w.value("testdesk_calls_in_flight") == 0
        assert w.value("testdesk_store_seconds_count", kind="write") > 0


async def test_a_write_without_an_answer_is_counted_as_unknown() -> None:
    async with watched() as w:
        await w.desk.fault(method="PUT", cut=0)
        await w.desk.refusal("testio_accept_bug", bug_id=88101)
        assert w.value("testdesk_calls_total", tool="testio_accept_bug", outcome="unknown") == 1
        assert w.value("testdesk_acts_total", platform="testio", outcome="unknown") == 1
        assert w.calls()[-1]["outcome"] == "unknown"


async def test_each_repetition_of_a_read_is_a_request(pauses: list[float]) -> None:
    async with watched() as w:
        await w.desk.fault(path="/bugs/88101", status=503, times=1)
        await w.desk.answer("testio_get_bug", bug_id=88101)
        spans = [span.attributes or {} for span in w.spans if span.name == "GET /bugs/{bug_id}"]
        assert [(s["testdesk.attempt"], s["http.response.status_code"]) for s in spans] == [(1, 503), (2, 200)]
        assert w.value("testdesk_platform_requests_total", platform="testio", status="5xx") == 1
        assert pauses


async def test_a_client_s_requests_are_spans_within_the_call() -> None:
    async with watched() as w:
        await w.desk.answer("testio_accept_bug", bug_id=88101)
        call = w.span("tools/call testio_accept_bug")
        inside = [
            span for span in w.spans if span.parent and call.context and span.parent.span_id == call.context.span_id
        ]
        assert {"PUT /bugs/{bug_id}/accept", "store write"} <= {span.name for span in inside}
        assert call.attributes is not None
        assert call.attributes["testdesk.effect"] == "destroys"
        assert call.attributes["testdesk.outcome"] == "done"
        assert not [key for span in w.spans for key in span.attributes or {} if "user" in key or "person" in key]


async def test_the_time_in_which_the_user_thinks_is_not_the_call_s(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = list[float]()

    def observe(self: Any, metric: Any, seconds: float, *values: str) -> None:
        if metric.name == "testdesk_call_seconds":
            noted.append(seconds)

    monkeypatch.setattr("server.telemetry.instruments.Measures.observe", observe)
    monkeypatch.setattr("server.guards.consent.note_wait", lambda _: note_wait(1_000.0))
    async with watched("legacy") as w:
        await w.desk.answer("testio_accept_bug", bug_id=88101)
    assert noted
    assert all(seconds < 0 for seconds in noted), "a thousand seconds of waiting were taken off"


async def test_requests_that_wait_for_their_turn_are_counted() -> None:
    telemetry, _ = collecting()
    turns, release = Turns(1), anyio.Event()

    async def take() -> None:
        async with turns:
            await release.wait()

    with telemetry.installed():
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(take)
            await anyio.wait_all_tasks_blocked()
            assert value(telemetry, "testdesk_platform_requests_waiting") == 2
            release.set()
        assert value(telemetry, "testdesk_platform_requests_waiting") == 0


def value(telemetry: Telemetry, name: str, **labels: str) -> float:
    assert telemetry.page is not None
    return samples(telemetry.page().decode())[name, tuple(sorted(labels.items()))]


async def test_refused_credentials_are_counted_by_what_was_sent(monkeypatch: pytest.MonkeyPatch, noted: object) -> None:
    telemetry, _ = collecting()
    attempts: dict[str, Any] = {
        "missing": {},
        "token": bearer("hunter2-hunter2"),
        "key": bearer("tdk_anna_" + "x" * 43),
        "scheme": {"Authorization": "Basic aHVudGVyMg=="},
        "several": [("Authorization", "Bearer a"), ("Authorization", "Bearer b")],
    }
    with telemetry.installed():
        async with served(monkeypatch) as running, raw(running) as wire:
            assert value(telemetry, "testdesk_ready") == 1
            for headers in attempts.values():
                assert (await wire.post("/mcp", json={}, headers=headers)).status_code == 401
            async with client(running.url, "auto") as connected:
                await connected.call_tool("greet", {"name": "Ada"})
    counted = {reason: value(telemetry, "testdesk_auth_failures_total", reason=reason) for reason in REASONS}
    assert counted == dict.fromkeys(attempts, 1.0) | {"unavailable": 0.0}
    assert reason_of([], 503) == "unavailable"
    assert value(telemetry, "testdesk_ready") == 0, "it has stopped"


async def test_a_store_that_is_away_is_not_ready_until_it_answers() -> None:
    async with watched() as w:
        w.telemetry.readiness(is_ready=True)
        await lose_store(w)
        assert w.value("testdesk_ready") == 0
        assert w.value("testdesk_store_errors_total") == 1
        w.telemetry.store_answered(is_well=True)
        assert w.value("testdesk_ready") == 1


async def lose_store(w: Watched) -> None:
    from server.telemetry.store import FollowedEngine

    class Away:
        async def run(self, work: Any) -> None:
            raise StoreError("It is away.")

    with pytest.raises(StoreError):
        await FollowedEngine(Away(), w.telemetry).run(lambda _: None)  # type: ignore[arg-type]


def test_what_alerts_look_at_is_there_before_the_first_event() -> None:
    telemetry, _ = collecting()
    assert value(telemetry, "testdesk_acts_total", platform="testio", outcome="unknown") == 0
    assert value(telemetry, "testdesk_auth_failures_total", reason="token") == 0


def test_no_label_is_of_the_client_s_choosing() -> None:
    assert {label for metric in METRICS for label in metric.labels}.isdisjoint({"person", "client", "request", "path"})
    of_histograms = {metric.labels for metric in METRICS if metric.kind == "histogram"}
    assert of_histograms == {("platform", "effect"), ("platform",), ("kind",)}, "250 tools would be 4,000 series"


async def test_prometheus_reads_the_page_on_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.telemetry.endpoint.say", lambda _: None)
    telemetry, _ = collecting()
    assert telemetry.page is not None
    with anyio.fail_after(PATIENCE):
        async with (
            metrics_served(telemetry.page, host="127.0.0.1", port=0) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
        ):
            page = await http.get("/metrics")
            assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
            assert samples(page.text)["testdesk_ready", ()] == 0
            assert (await http.get("/mcp")).status_code == 404
            assert (await http.post("/metrics")).status_code == 405
            for name in ("evil.example", "127.0.0.1:80@evil.example", "localhost.evil.example", ""):
                assert (await http.get("/metrics", headers={"Host": name})).status_code == 421, name


async def test_many_readers_cost_one_page() -> None:
    made = list[int]()

    def page() -> bytes:
        made.append(1)
        return b""

    async def send(_: Any) -> None:
        await anyio.lowlevel.checkpoint()

    async def ask() -> None:
        await app({"type": "http", "path": "/metrics", "method": "GET", "headers": []}, receive, send)

    async def receive() -> dict[str, Any]:
        return {}

    app = MetricsPage(page, only_loopback=False)
    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(ask)
    assert made == [1]
