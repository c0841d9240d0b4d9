"""People who share a server: whatever one tries, nothing of another's comes of it. Each attempt is a row of a table."""

import logging
from pathlib import Path
from typing import Final

import pytest

from server.sandbox import SandboxTransport
from tests.desk import change_bug, sandboxes
from tests.stores import store_at
from tests.team.issuer import issuing
from tests.team.serving import ANNA, TEAM_TOKENS, TOKENS, team
from tests.team.table import Table
from tests.team.two_people import credentials, headers, inbox, keys, lists, masking, rounds, sessions, tokens
from tests.team.two_people.stand import BROUGHT, CONFIGURATION, LISTED, TESTIO, CookieSetting, everybody

pytestmark = pytest.mark.anyio

SUBJECTS: Final = (credentials, headers, rounds, sessions, lists, inbox, masking, tokens)
PEOPLE: Final = Table.of(*(subject.TABLE for subject in SUBJECTS))
"""What one person tries on another."""
PROOFS: Final = Table.of(keys.TABLE, tokens.BAD_TOKENS)
"""What somebody sends who proves nothing."""
ALL: Final = Table.of(PEOPLE, PROOFS, keys.LAST)


async def test_no_attempt_of_one_person_on_another_succeeds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.inbox.watch.SECONDS", 0.05)
    people, world, file = everybody(tmp_path), sandboxes(), tmp_path / "testdesk.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    with issuing() as issuer:
        async with team(
            monkeypatch,
            tmp_path,
            *people,
            environment={"TESTDESK_CONFIG": str(file), "TESTDESK_TOOLSETS": LISTED},
            engine=store_at(tmp_path / "store.sqlite3"),
            world=world,
            transport=CookieSetting(SandboxTransport(world)),
            issuer=issuer,
            beside=True,
        ) as running:
            change_bug(world, 88101, title=f"Login fails with {TOKENS[ANNA][TESTIO]} and {BROUGHT}")
            logging.getLogger().handlers = [caplog.handler]  # the server has put its own there, which redacts
            logging.getLogger().setLevel(logging.DEBUG)
            failures = await ALL.failures(running)
            assert not failures, "\n".join(f"{name}: {why}" for name, why in failures.items())
    assert len(PEOPLE.attempts) >= 60
    assert len(PROOFS.attempts) >= 60
    # The test's own clients log the addresses to which they send, one of which has a key; and whole answers are logged
    # where they are sent, in which a credential that somebody brought is masked for whoever brought it.
    apart = ("httpx2", "httpcore2", "sse_starlette")
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(apart))
    assert "session" in logged  # so something was logged
    secrets = [*TEAM_TOKENS.values(), *TOKENS[ANNA].values(), BROUGHT, *(one.key for one in people)]
    assert [secret for secret in secrets if secret in logged] == []
