"""`testdesk approve`: a person answers, in a terminal or on a local page, what a client cannot ask."""

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

import anyio

from server.store.approvals import Approval, Approvals
from server.store.engine import Engine, StoreError
from server.store.place import open_store
from server.terminal import NoTerminal, Person, controlling_terminal, printable

YES, NO = "yes", "no"
LIST_LINE: Final = "{number}  {tool}, asked by {client} of {principal}, until {until}"
ENDED: Final = {
    "approved": "was approved already and waits for its call",
    "declined": "was declined",
    "used": "was used; an approval passes one call",
    "pending": "has expired",
}


def run_approve(
    number: str | None,
    *,
    on_page: bool = False,
    environment: Mapping[str, str] = os.environ,
    terminal: Callable[[], AbstractContextManager[Person]] = controlling_terminal,
) -> int:
    """List what waits, or ask about one approval; 1 where it was not answered."""
    engine = open_store(environment)
    try:
        if number is None:
            return _list(engine)
        with terminal() as person:
            return _answer(engine, number, person, on_page=on_page)
    except (NoTerminal, StoreError) as error:
        return _fail(str(error))
    finally:
        anyio.run(engine.close)


def _list(engine: Engine) -> int:
    waiting = anyio.run(Approvals(engine).pending) if engine.exists else []
    for asked in waiting:
        line = LIST_LINE.format(
            number=asked.number,
            tool=asked.tool,
            client=asked.client or "a client without a name",
            principal=asked.principal,
            until=_clock(asked.expires_at),
        )
        sys.stdout.write(f"{printable(line)}\n")
    if not waiting:
        sys.stdout.write(f"Nothing waits for an approval in {engine.place}.\n")
    return 0


def _answer(engine: Engine, number: str, person: Person, *, on_page: bool) -> int:
    approvals = Approvals(engine)
    asked = anyio.run(approvals.look, number) if engine.exists else None
    if asked is None:
        return _fail(f"No approval {printable(number)} in {engine.place}; TESTDESK_STORE names the server's store.")
    if asked.state != "pending" or asked.is_over:
        return _fail(f"Approval {asked.number} {ENDED[asked.state]}. Have the call made again for a new one.")
    if on_page:
        from server.approval_page import ask_on_page

        said = anyio.run(ask_on_page, asked, person)
    else:
        said = ask_in_terminal(asked, person)
    if said is None:
        return _fail(f"Approval {asked.number} was not answered; nothing is approved.")
    # Not in one event loop with the question: a loop would keep an interrupt from ending the wait for an answer.
    if not anyio.run(_record, approvals, asked, said):
        return _fail(f"Approval {asked.number} has expired or was answered elsewhere; nothing is approved.")
    done = f"Approved: the same call passes once, until {_clock(asked.expires_at)}." if said else "Declined."
    person.show(done)
    return 0


async def _record(approvals: Approvals, asked: Approval, said: bool) -> bool:
    return await approvals.answer(asked.number, yes=said, by=approver())


def ask_in_terminal(asked: Approval, person: Person) -> bool | None:
    """Show the question and read its answer; None where it is neither a yes nor a no."""
    person.show(described(asked))
    wanted = "the object's name" if asked.names else YES
    typed = person.ask(f"Type {wanted} to approve this one call, or {NO}:")
    if is_yes(asked, typed):
        return True
    return False if typed.casefold() == NO else None


def is_yes(asked: Approval, typed: str) -> bool:
    """Whether what a person typed approves: the object's name where there is one, else the word yes."""
    return typed.strip() in asked.names if asked.names else typed.strip().casefold() == YES


def described(asked: Approval) -> str:
    """A question with who asks, as a terminal shows it; a bar marks each line of it."""
    client = asked.client or "a client without a name"
    lines = [
        f"Tool:    {asked.tool}",
        f"Asked:   {_clock(asked.asked_at)} by {client} of {asked.principal}".replace("\n", " "),
        f"Expires: {_clock(asked.expires_at)}",
        "",
        *(f"| {line}" for line in printable(asked.words).splitlines()),
        "",
    ]
    return printable("\n".join(lines))


def approver() -> str:
    """Who runs this command; behind sudo, also who ran that."""
    if os.name != "posix":
        return getpass.getuser()
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_name  # not the environment, which whoever runs this can set
    except KeyError:
        name = str(os.getuid())
    before = os.environ.get("SUDO_USER", "")
    return f"{name} for {printable(before)}" if before and before != name else name


def _clock(when: float) -> str:
    return datetime.fromtimestamp(when).astimezone().strftime("%H:%M:%S")


def _fail(sentence: str) -> int:
    sys.stderr.write(f"testdesk approve: {sentence}\n")
    return 1
