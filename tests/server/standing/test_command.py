"""`testdesk inbox` with standing orders: tried dry, carried out, shown, and put back."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.cli import main
from server.doctor import run_doctor
from server.inbox.events import EventStore
from server.sandbox import SandboxTransport
from server.standing.describe import order_lines
from server.standing.worker import MOST_ATTEMPTS
from server.store.deliveries import Deliveries
from tests.desk import sandboxes
from tests.forking import Forks
from tests.server.standing.arriving import ORDER, TRACKER, arrive, arriving, configured
from tests.stores import named, store_at
from tools.kit.network import Network
from tools.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent.parent.parent
PLANTED = "Ignore all <b>rules</b>\x1b[2J"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store and a configuration file that the environment names; the store is in the file."""
    configuration = tmp_path / "testdesk.toml"
    rule = f"{TRACKER}upload_files = true\n{ORDER}severities = ['high']\nlabels = ['crowd']\na_day = 3\n"
    configuration.write_text(rule, encoding="utf-8")
    configuration.chmod(0o600)
    monkeypatch.setenv("TESTDESK_CONFIG", str(configuration))
    monkeypatch.setenv("TESTDESK_STORE", named(tmp_path / "store.sqlite3"))
    return tmp_path / "store.sqlite3"


def stored(file: Path, *bugs: tuple[int, dict[str, Any]]) -> None:
    """Put events into a store."""

    async def put() -> None:
        engine = store_at(file)
        for item, bug in bugs:
            await arrive(EventStore(engine), item, **bug)
        await engine.close()

    anyio.run(put)


def test_a_dry_run_names_rule_place_title_severity_labels_and_files_and_sends_and_stores_nothing(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(file, (88101, {"title": PLANTED}), (88102, {"severity": "low"}))
    requests = list[Any]()

    async def refuses(self: SandboxTransport, request: Any) -> Any:
        requests.append(request)

    monkeypatch.setattr(SandboxTransport, "handle_async_request", refuses)
    assert main(["inbox", "--hand-over", "--dry-run", "--sandbox"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "standing order crowd creates issues by itself: test IO events (all products; severities high) to GitHub "
        "harbour/shop (tracker web), at most 3 a day; 0 created today",
        "",
        "testio:88101",
        "by [hand_over.crowd] to GitHub harbour/shop (tracker web)",
        "title 'Ignore all < b>rules< /b>[2J'",
        "severity severity:high, labels testio, crowd",
        "names, without uploading, 'a.png' image/png",
        "",
        "testio:88102",
        "skipped: No rule takes it: [hand_over.crowd] takes severities high, and its severity is low.",
        "",
        "2 items would be handed over or skipped. Nothing was sent.",
    ]
    assert not requests
    assert main(["inbox", "--status"]) == 0
    assert "2 waiting, 0 done, 0 skipped, 0 given up" in capsys.readouterr().out


def test_the_status_of_a_store_that_nobody_has_made_makes_none(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inbox", "--status"]) == 0
    assert "0 waiting, 0 done, 0 skipped, 0 given up" in capsys.readouterr().out
    assert main(["inbox", "--retry", "testio:1"]) == 1
    assert not file.exists()


@pytest.mark.anyio
async def test_what_was_given_up_is_listed_with_its_error_and_can_be_put_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = store_at(file)
    async with arriving(file.parent, engine=engine) as desk:
        await desk.fault(platform="github", method="POST", path="/repos/*/issues", status=422, times=MOST_ATTEMPTS)
        await desk.arrive(88101)
        for _ in range(MOST_ATTEMPTS):
            await desk.drain(later=43_200)
    await engine.close()

    def run(*arguments: str) -> str:
        assert main(["inbox", *arguments]) == 0
        return capsys.readouterr().out

    shown = await anyio.to_thread.run_sync(run, "--status")
    assert "0 waiting, 0 done, 0 skipped, 1 given up" in shown
    assert "testio:88101 [hand_over.crowd] after 8 attempts\n    GitHub (web)" in shown
    assert await anyio.to_thread.run_sync(run, "--retry", "testio:88101") == "testio:88101 waits again.\n"
    assert "1 waiting, 0 done, 0 skipped, 0 given up" in await anyio.to_thread.run_sync(run, "--status")


@pytest.mark.skipif(os.name != "posix", reason="signals are sent otherwise there")
def test_the_command_creates_what_waits_logs_a_line_for_each_and_stops_on_a_signal(file: Path, forks: Forks) -> None:
    stored(file, (88101, {"title": PLANTED}), (88102, {"severity": "low"}))
    command = forks.command("server", "inbox", "--hand-over", "--sandbox", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = list[str]()
        for line in process.stderr:
            lines.append(line.strip())
            if "created" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 128 + signal.SIGTERM
    assert lines[0] == "testdesk inbox: SANDBOX, all data is invented and nothing real happens."
    assert lines[1].startswith("testdesk inbox: standing order crowd creates issues by itself: ")
    logged = [re.sub(r"^.* server.standing.worker: ", "", line) for line in lines if "server.standing" in line]
    assert logged == [
        "testio:88102: skipped; `testdesk inbox --status` says why",
        "testio:88101: created #3, by [hand_over.crowd]",
    ]

    async def state() -> tuple[int, int]:
        engine = store_at(file)
        counts = await Deliveries(engine).counts()
        await engine.close()
        return counts["done"], counts["skipped"]

    assert anyio.run(state) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--dry-run"], "--dry-run goes with --hand-over"),
        (["--hand-over", "--status"], "end by themselves"),
        (["--sandbox"], "--sandbox goes with --hand-over"),
        (["--hand-over", "--file", "x.sqlite3"], "name it with TESTDESK_STORE in place of --file"),
        (["--hand-over", "--sandbox-at", "http://127.0.0.1:1"], "--sandbox-at goes with --sandbox"),
        (["--retry", "88101"], "--retry takes PLATFORM:ITEM"),
        (["--hand-over"], "the variable that it names for token is not set"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    assert main(["inbox", *arguments]) == 2
    assert re.search(why, capsys.readouterr().err)


@pytest.mark.skipif(os.name != "posix", reason="files have other permissions there")
def test_a_consent_that_anybody_can_change_is_none(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEB_TOKEN", "tok-5f1e9a7733c0ffee")
    (file.parent / "testdesk.toml").chmod(0o602)
    assert main(["inbox", "--hand-over", "--port", "0"]) == 2
    assert "which is your consent; run chmod 600 on it" in capsys.readouterr().err


def test_without_a_rule_there_is_nothing_to_carry_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = tmp_path / "testdesk.toml"
    configuration.write_text(TRACKER, encoding="utf-8")
    monkeypatch.setenv("TESTDESK_CONFIG", str(configuration))
    assert main(["inbox", "--hand-over", "--sandbox"]) == 2
    assert "has no section [hand_over.NAME], so there is no standing order" in capsys.readouterr().err


@pytest.mark.anyio
async def test_doctor_names_each_order_and_who_can_read_its_issues(tmp_path: Path) -> None:
    chosen = configured(
        tmp_path, f"{TRACKER}{ORDER}products = [71]\nnot_severities = ['visual']\nmark_exported = true\n"
    )
    network = Network(SandboxTransport(sandboxes("github")))
    assert await order_lines(chosen, PLATFORMS, network) == (
        [
            "- standing order crowd creates issues by itself: test IO events (products 71; not visual) to GitHub "
            "harbour/shop (tracker web), at most 50 a day; then marks the bug as exported, without undo. The "
            "repository is private: its members can read it."
        ],
        True,
    )


@pytest.mark.anyio
async def test_doctor_fails_for_an_order_that_cannot_work(
    tmp_path: Path, pauses: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "testdesk.toml"
    file.write_text(f"{TRACKER}url = 'http://127.0.0.1:9'\n{ORDER}mark_exported = true\n", encoding="utf-8")
    file.chmod(0o600)
    store = named(tmp_path / "store.sqlite3")
    environment = {"TESTDESK_CONFIG": str(file), "WEB_TOKEN": "tok-5f1e9a7733c0ffee", "TESTDESK_STORE": store}
    assert await run_doctor(environment) == 1
    shown = capsys.readouterr().out
    assert "- standing orders DO NOT WORK: " in shown
    assert "[hand_over.crowd]: mark_exported needs a credential of test IO, and there is none." in shown
    assert "tok-5f1e" not in shown
