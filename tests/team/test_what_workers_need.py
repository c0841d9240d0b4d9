"""What `--workers` above 1 needs, and what is said where it is missing."""

import secrets
from pathlib import Path

import pytest

from server.cli import main, parser
from server.credentials import SettingsError
from server.store.engine import Engine
from server.store.place import open_store
from server.store.sqlite import SqliteEngine
from server.team.settings import TeamSettings
from server.team.sharing import check_shared, drain_seconds

AT = ("--sandbox-at", "http://127.0.0.1:9")
KEYS = TeamSettings(state_keys=(secrets.token_bytes(32),))
KEY = {"TESTDESK_HTTP_KEY_FILE": "anywhere"}


@pytest.fixture
def shared() -> Engine:
    return open_store({"TESTDESK_STORE": "postgresql://nobody@db.example.test/testdesk"})


def check(engine: Engine, team: TeamSettings, environment: dict[str, str], *more: str) -> None:
    check_shared(parser().parse_args(["serve", "--http", "--workers", "2", *more]), engine, team, environment)


def test_workers_that_share_all_they_need_may_start(shared: Engine) -> None:
    check(shared, KEYS, KEY)
    check(shared, TeamSettings(state_keys=KEYS.state_keys, people="people.toml"), {})
    check(shared, KEYS, {}, "--no-key", "--sandbox", *AT)


def test_each_thing_that_is_missing_is_named_in_one_sentence(shared: Engine, tmp_path: Path) -> None:
    for engine in (SqliteEngine(None), SqliteEngine(tmp_path / "store.sqlite3")):
        with pytest.raises(SettingsError, match=r"needs what all workers share: a store of PostgreSQL \([^;]*\)\.$"):
            check(engine, KEYS, KEY)
    with pytest.raises(SettingsError, match=r"share: sealing keys \(TESTDESK_STATE_KEYS_FILE; [^;]*\)\.$"):
        check(shared, TeamSettings(), KEY)
    with pytest.raises(SettingsError, match=r"share: a key for clients"):
        check(shared, KEYS, {})
    with pytest.raises(SettingsError, match=r"a store of .*; sealing keys .*; a key for clients"):
        check(SqliteEngine(None), TeamSettings(), {})
    with pytest.raises(SettingsError, match="goes with --sandbox-at"):
        check(shared, KEYS, KEY, "--sandbox")


def test_one_worker_needs_nothing_of_it() -> None:
    check_shared(parser().parse_args(["serve", "--http"]), SqliteEngine(None), TeamSettings(), {})


@pytest.mark.parametrize("more", [("--workers", "0", "--http"), ("--workers", "2")])
def test_a_number_that_cannot_be_is_refused(more: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *more]) == 2
    assert "--workers takes a number of at least 1, and goes with --http." in capsys.readouterr().err


def test_workers_elsewhere_than_on_linux_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert main(["serve", "--http", "--workers", "2"]) == 2
    assert "needs Linux" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "team", "seconds"),
    [
        ((), TeamSettings(), 8),
        ((), TeamSettings(people="people.toml"), 20),
        (("--workers", "2"), TeamSettings(), 20),
        (("--workers", "2", "--drain", "0"), TeamSettings(), 0),
    ],
)
def test_a_server_of_a_team_gives_calls_more_time(more: tuple[str, ...], team: TeamSettings, seconds: float) -> None:
    assert drain_seconds(parser().parse_args(["serve", "--http", *more]), team) == seconds
