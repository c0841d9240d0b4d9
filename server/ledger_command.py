"""`testdesk ledger`: what was done, by whom and with whose consent; verify, export, settle and prune it."""

import argparse
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from server.configuration import DEFAULT_ACCOUNT
from server.settings import SettingsError
from server.store import ledger
from server.store.engine import Engine, StoreError
from server.store.handover_records import HAND_OVER, describe
from server.store.place import open_store
from server.store.reading import UNKNOWN, Filter, RecordedAct, acts, local_time
from server.terminal import NoTerminal, Terminal, controlling_terminal, printable
from tools.kit.errors import Refused
from tools.kit.text import many
from tools.kit.when import parse_time

MOST_LINE: Final = 160


async def run_ledger(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """Run one of its commands; 1 where the chain is broken or the store cannot be used."""
    engine = open_store(environment)
    try:
        if not engine.exists:
            say("Nothing has been recorded yet.")
            return 0
        return await COMMANDS[given.what or "list"](given, engine)
    except StoreError as error:
        print(f"testdesk: {error}", file=sys.stderr)  # noqa: T201 - this is its output
        return 1
    finally:
        await engine.close()


async def show_list(given: argparse.Namespace, engine: Engine) -> int:
    """The acts that pass the filter, newest first."""
    wanted = Filter(_seconds(given.since), given.platform, given.account, given.tool, given.who, given.outcome)
    found = [act for act in await engine.read(acts) if wanted.takes(act)]
    for act in reversed(found[-given.limit :]):
        say(line_of(act))
    more = len(found) - given.limit
    if more > 0:
        say(f"{more} older ones; --limit shows more.")
    if not found:
        say("No act.")
    unknown = sum(act.is_for_a_person for act in found)
    if unknown:
        say(f"{unknown} of unknown outcome; `testdesk ledger settle` reads what they left.")
    handed = sum(act.outcome == UNKNOWN for act in found) - unknown
    if handed:
        say(f"{many(handed, 'hand-over')} of unknown outcome; the next attempt looks for the issue first.")
    return 0


async def show_act(given: argparse.Namespace, engine: Engine) -> int:
    """All records of one act."""
    act = await _act(engine, given.act)
    records = await engine.read(lambda db: list(ledger.entries(db, act=act.key)))
    for entry in records:
        if entry.record.get("kind") == HAND_OVER:
            say(f"{local_time(entry.record['when'])}  {describe(entry.record)}")
        else:
            say(json.dumps(entry.record, ensure_ascii=False, indent=2))
    say(f"Outcome: {act.outcome}.")
    return 0


async def export(given: argparse.Namespace, engine: Engine) -> int:
    """All records, one a line."""
    for entry in await engine.read(lambda db: list(ledger.entries(db))):
        line = {"seq": entry.seq, "act": entry.act, "record": entry.record, "hash": entry.hash}
        sys.stdout.write(ledger.canonical(line) + "\n")
    return 0


async def verify(given: argparse.Namespace, engine: Engine) -> int:
    """Follow the chain, and print its head to compare with a copy kept elsewhere."""
    found = await engine.read(ledger.verify)
    if found.broken_at is not None:
        say(f"The chain is broken at record {found.broken_at}: it or one before it was changed or removed.")
        return 1
    say(f"{found.records} records verify. Head: {found.head}")
    return 0


async def settle(given: argparse.Namespace, engine: Engine) -> int:
    """Read the present state for each unknown act; in a terminal a person records the outcome."""
    found = [act for act in await engine.read(acts) if act.is_for_a_person]
    if given.act is not None:
        act = await _act(engine, given.act)
        found = [act] if act.is_for_a_person else []
    if not found:
        say("No act of unknown outcome.")
        return 0
    from server.settle import read_state

    try:
        with controlling_terminal() as terminal:
            for act in found:
                await _settle(act, engine, await read_state(act), terminal)
    except NoTerminal:
        for act in found:
            say(line_of(act))
            say(await read_state(act))
        say("A person records the outcome by running this in a terminal.")
    return 0


async def _settle(act: RecordedAct, engine: Engine, state: str, terminal: Terminal) -> None:
    terminal.show(
        f"{line_of(act)}\n{json.dumps(act.sent['arguments'], ensure_ascii=False)}\n\nThe state now:\n{state}\n"
    )
    answer = terminal.ask("Was it done? yes, no, or return to leave it unknown:").lower()
    if answer not in {"yes", "no"}:
        return
    from server.callers import local_user

    record = {"kind": "settled", "outcome": "done" if answer == "yes" else "failed", "by": local_user()}
    await engine.run(lambda db: ledger.append(db, act.key, record))
    outcome = {"outcome": record["outcome"], "key": act.key}
    await engine.run(
        lambda db: db.change("UPDATE act SET state = 'ended', outcome = :outcome WHERE key = :key", **outcome)
    )


async def prune(given: argparse.Namespace, engine: Engine) -> int:
    """Delete old records."""
    if given.days < 1:
        raise SettingsError("--days is at least 1.")
    gone = await engine.run(lambda db: ledger.prune(db, days=given.days))
    say(f"{gone} records deleted; those of the last {given.days:g} days are kept.")
    return 0


COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace, Engine], Awaitable[int]]]] = {
    "list": show_list,
    "show": show_act,
    "export": export,
    "verify": verify,
    "settle": settle,
    "prune": prune,
}


async def _act(engine: Engine, number: int) -> RecordedAct:
    for act in await engine.read(acts):
        if act.seq == number:
            return act
    raise SettingsError(f"There is no act {number}; `testdesk ledger` shows their numbers.")


def _seconds(age: str | None) -> float | None:
    if age is None:
        return None
    now = datetime.now(UTC)
    try:
        return (now - parse_time(age, now)).total_seconds()
    except Refused as error:
        raise SettingsError("--since is an age such as 12h or 7d.") from error


def line_of(act: RecordedAct) -> str:
    """An act in one line."""
    row = act.row()
    what = row["what"] if isinstance(row["what"], str) else json.dumps(row["what"], ensure_ascii=False)
    what = " ".join(what.split())
    head = f"{act.seq:>6}  {local_time(row['when'])}  {row['outcome']:<9}  {row['who']}  {row['tool']}"
    if row["account"] != DEFAULT_ACCOUNT:
        head += f" in {row['account']}"
    return f"{head}  {what if len(what) <= MOST_LINE else what[: MOST_LINE - 1] + '…'}"


def say(text: str) -> None:
    """Print a line; the words of others in it cannot redraw the terminal."""
    print(printable(text))  # noqa: T201 - this is its output
