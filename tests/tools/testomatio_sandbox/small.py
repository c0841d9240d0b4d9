"""A small project beside the story, for tests that count, and clients for each family of the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.build import MOUNT, build
from tools.testomatio.sandbox.people import Token
from tools.testomatio.sandbox.project_records import Template
from tools.testomatio.sandbox.records import (
    Example,
    Label,
    Labelled,
    Plan,
    Project,
    Run,
    Rungroup,
    Suite,
    Test,
    Testrun,
)
from tools.testomatio.sandbox.world import Switches, World

SMALL = "small-00001"
KEY = "tstmt_small"
MARA, ANN, READER = 4101, 4104, 4105
BEGUN = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


def small(switches: Switches | None = None) -> Sandbox:
    """A sandbox whose clock stands still, with the small project in it."""
    sandbox = build(clock=Clock(factor=0), switches=switches)
    _add_people(sandbox.world)
    return sandbox


def http(sandbox: Sandbox, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=SandboxTransport(compose({"testomatio": sandbox})), base_url=SANDBOX_ORIGIN + MOUNT, headers=headers
    )


@asynccontextmanager
async def web(sandbox: Sandbox, token: str = "testomat_demo") -> AsyncIterator[httpx.AsyncClient]:
    """A client that has logged in."""
    async with http(sandbox) as client:
        jwt = json_of(await client.post("/api/login", json={"api_token": token}))["jwt"]
        client.headers["Authorization"] = f"Bearer {jwt}"
        yield client


def pipeline(sandbox: Sandbox, key: str = KEY) -> httpx.AsyncClient:
    """A client that puts a project's token into the query of every request."""

    def with_key(request: httpx.Request) -> httpx.Request:
        request.url = request.url.copy_merge_params({"api_key": key})
        return request

    client = http(sandbox)
    client.auth = with_key
    return client


def json_of(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def error(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"])


def document(type_: str, attributes: dict[str, object], **related: str) -> dict[str, object]:
    """A write of the web API; each relationship is the id of a test."""
    data: dict[str, object] = {"type": type_, "attributes": attributes}
    if related:
        data["relationships"] = {name: {"data": {"type": f"{name}s", "id": id_}} for name, id_ in related.items()}
    return {"data": data}


def _add_people(world: World) -> None:
    project = Project(SMALL, "Small", BEGUN, BEGUN, framework="playwright", language="typescript", api_key=KEY)
    project.members, project.artifacts_storage = [MARA, ANN, READER], True
    project.storage = {"ACCESS_KEY_ID": "AKIASMALL", "SECRET_ACCESS_KEY": "small-secret", "BUCKET": "small"}
    project.ci_profiles = [{"profile_name": "nightly", "service": "github", "config": None}]
    world.projects[SMALL] = project
    world.tokens[KEY] = Token(KEY, MARA, SMALL)
    field: dict[str, object] = {"type": "list", "short": False, "value": "minor\ncritical"}
    world.labels["severity-s0001"] = Label("severity-s0001", SMALL, "Severity", field=field)
    world.labels["web-s0002"] = Label("web-s0002", SMALL, "Web")
    _add_tests(world)
    _run(world)
    world.templates[31] = Template(31, SMALL, "Plain", "test", "Try {{title}}", is_default=True)
    world.templates[32] = Template(32, SMALL, "Bug", "defect", "What happened", defect_title="{{title}} fails")
    world.plans["p1a00001"] = Plan("p1a00001", SMALL, "Smoke", BEGUN, suite_ids=["s0000003"])


def _add_tests(world: World) -> None:
    """Shop (second) holds Checkout, which holds Coupons and Payment; App (first) is alone and empty."""
    for id_, title, parent, kind, position in (
        ("s0000001", "Shop", None, "folder", 2),
        ("s0000002", "App", None, "file", 1),
        ("s0000005", "Checkout", "s0000001", "folder", 1),
        ("s0000003", "Coupons", "s0000005", "file", 2),
        ("s0000004", "Payment", "s0000005", "file", 1),
    ):
        suite = Suite(id_, SMALL, title, parent, kind, position=position, created_at=BEGUN, updated_at=BEGUN)
        world.suites.add(suite)
    for number, (id_, suite_id, title, state, priority) in enumerate(
        (
            ("t0000001", "s0000003", "An expired code is refused @smoke", "automated", "high"),
            ("t0000002", "s0000003", "A valid code lowers the total", "manual", "normal"),
            ("t0000003", "s0000004", "Pay by ${card}", "manual", "critical"),
            ("t0000004", "s0000004", "Payment is refused", "automated", "low"),
        )
    ):
        at = BEGUN + timedelta(minutes=number)
        test = Test(id_, SMALL, suite_id, title, at, at, state=state, priority=priority, position=number + 1)
        world.tests.add(test)
    world.suites.main["s0000003"].labels.append(Labelled("web-s0002"))
    for test in world.tests.of(SMALL):
        test.file = "checkout.spec.ts" if test.state == "automated" else None
    world.tests.main["t0000001"].labels.append(Labelled("severity-s0001", "critical"))
    world.tests.main["t0000003"].params = ["card", "amount"]
    for number, card in ((61, "credit card"), (62, "debit card")):
        world.examples[number] = Example(number, "t0000003", [card, "20.00"])


def _run(world: World) -> None:
    """A group with a group in it; a finished run in the inner one, an archived one, and one under way."""
    for id_, title, parent in (("g0000001", "Release 9", None), ("g0000002", "Hotfix", "g0000001")):
        world.rungroups[id_] = Rungroup(id_, SMALL, title, BEGUN, BEGUN, parent)
    ended = BEGUN + timedelta(minutes=5)
    for id_, title, status, kind, group in (
        ("r0000001", "Night", "failed", "automated", "g0000002"),
        ("r0000002", "By hand", "running", "manual", "g0000001"),
        ("r0000003", "Old", "passed", "automated", None),
    ):
        run = Run(id_, SMALL, title, BEGUN, BEGUN, kind, status, group, launched_at=BEGUN)
        run.finished_at, run.created_by = ended if run.is_over else None, "ann.weber@shop.example.test"
        world.runs[id_] = run
    world.runs["r0000001"].env = ["staging", "Chrome"]
    world.runs["r0000003"].archived_at = ended
    for number, run_id, test_id, outcome in (
        (8001, "r0000001", "t0000001", "failed"),
        (8002, "r0000001", "t0000004", "passed"),
        (8003, "r0000002", "t0000003", "pending"),
        (8004, "r0000002", "t0000002", "skipped"),
    ):
        title = world.tests.main[test_id].title
        result = Testrun(number, SMALL, run_id, test_id, title, "Suite", outcome, BEGUN, BEGUN)
        result.automated = run_id == "r0000001"
        result.finished_at = None if outcome == "pending" else ended
        world.results.add(result)
    failed = world.results.get(8001)
    assert failed is not None
    failed.message, failed.run_time, failed.substatus = "\x1b[31mcard declined\x1b[0m", 2310, "Known issue"
    failed.executed_by, failed.meta = "mara.lindt@shop.example.test", {"browser": "Chrome"}
    failed.artifacts = ["https://files.example.test/shot.png?signature=1"]
    waiting = world.results.get(8003)
    assert waiting is not None
    waiting.example = {"card": "credit card", "amount": "20.00"}
