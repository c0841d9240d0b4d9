"""An admin's page to look at: invented people, and a store in which something happened.

Run as a program it serves the page on a free port, prints its address and an admin's key, and ends with its input.
"""

import asyncio
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mcp.server.request_state import AESGCMRequestStateCodec

from server.configuration import Budgets as Limited
from server.configuration import Configuration, Limits
from server.guards.budgets import Budgets
from server.http_server import uvicorn_for
from server.listening import listen
from server.store.acts import Acts, NewAct
from server.store.approvals import Approvals, NewApproval
from server.store.engine import Engine
from server.store.sqlite import SqliteEngine
from server.team.admin_page import AdminPage
from server.team.authentication import Headers, NotAuthenticated, bearer
from server.team.overview import KnownKey, KnownPerson, overview
from server.team.person import Person
from server.team.rights import ALL

ADMIN, TRIAGE = b"tdk_mara_admin", b"tdk_anna_triage"
ORDER = "Order a test in <b>Harbour Web</b>? <script>alert(1)</script> It costs money."
NOW = datetime.now(UTC)


class People:
    """Two people, whose rights a test may change."""

    def __init__(self) -> None:
        self.problem = ""
        self.by_key = {ADMIN: Person("mara", ALL), TRIAGE: Person("anna", frozenset({"read", "triage"}))}

    async def authenticate(self, headers: Headers) -> Person:
        person = self.by_key.get(bearer(headers) or b"")
        if person is None:
            raise NotAuthenticated("This server wants a key.")
        return person

    def known(self) -> Sequence[KnownPerson]:
        laptop = KnownKey("laptop", NOW.date() + timedelta(days=3))
        keys = (KnownKey("old", NOW.date() - timedelta(days=1)), KnownKey("build"))
        return (
            KnownPerson("anna", ("read", "triage"), (laptop,), own=("test IO",)),
            KnownPerson("mara", ("read", "triage", "order", "admin"), keys, has_subject=True),
        )


async def seeded(engine: Engine) -> None:
    """Three acts, one of them of unknown outcome, and a question that waits."""
    acts = Acts(engine)
    for number, (who, tool, outcome) in enumerate(
        (
            ("anna", "testio_reject_bug", "done"),
            ("mara", "testio_create_test", "unknown"),
            ("anna", "testomatio_delete_run", "failed"),
        )
    ):
        key = f"act-{number}"
        await acts.begin(NewAct(key, f"same-{number}", who, tool.split("_")[0], "default", tool, once=False))
        asked = {"how": "form", "by": who, "question": ORDER if number == 1 else f"Do {tool}?"}
        sent: dict[str, object] = {
            "kind": "sent",
            "when": NOW.isoformat(),
            "who": who,
            "session": "s",
            "client": "claude-code",
        }
        sent |= {
            "client": "zed",
            "platform": "testio",
            "account": "default",
            "tool": tool,
            "effect": "writes",
            "arguments": {},
        }
        await acts.sent(key, sent | {"request": "1", "consent": asked})
        ended = {"kind": "ended", "when": NOW.isoformat(), "outcome": outcome, "requests": 1}
        ended |= {"settle_with": "testio_list_tests"} if outcome == "unknown" else {}
        await acts.ended(key, outcome, record=ended, answer=None)  # type: ignore[arg-type]  # the three words
    await Approvals(engine).ask(NewApproval("b", "Accept bug 7?", (), "anna", "zed", "testio_accept_bug", "default"))


def page(engine: Engine, people: People, *, codec: AESGCMRequestStateCodec | None = None) -> AdminPage:
    """The page over a store."""
    limits = {"": Limits(paid_acts_a_day=5), "testio": Limits(tester_hours_a_month=40)}
    budgets = Budgets(Configuration(budgets=Limited(limits)), engine)
    return AdminPage(people, codec or AESGCMRequestStateCodec([b"k" * 32]), lambda: overview(engine, budgets, people))


async def serve() -> None:
    engine = SqliteEngine(None)
    await seeded(engine)
    listener: socket.socket = listen("127.0.0.1", 0)
    server, is_up = uvicorn_for(page(engine, People()), "ERROR")
    serving = asyncio.create_task(server.serve([listener]))
    await is_up.wait()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/admin {ADMIN.decode()}", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(serve())
