"""`testdesk approve`: only a person at a terminal answers, and is shown exactly what would be done."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from server.approve import approver, run_approve
from server.store.approvals import Approval, Approvals, NewApproval
from server.terminal import NONE_HERE, NoTerminal
from tests.desk import text
from tests.forking import Forks
from tests.server.test_approval import REJECT, Office, number_in
from tests.stores import store_at

if os.name != "posix":
    pytest.skip("pseudo-terminals are POSIX's", allow_module_level=True)

import pwd

from tests.terminals import ROOT, environment, in_terminal, ours

QUESTION = "Delete product 71 'Harbour Web'?"


class Waiting:
    """A store in a file with one question in it."""

    def __init__(
        self, file: Path, *, words: str = QUESTION, names: tuple[str, ...] = (), client: str = "gemini-cli"
    ) -> None:
        self.file, self.env = file, environment(file)
        asked = anyio.run(self.approvals.ask, NewApproval("b", words, names, "mara", client, "a_tool", "default"))
        assert asked is not None
        self.number = asked.number

    @property
    def approvals(self) -> Approvals:
        return Approvals(store_at(self.file))

    def now(self) -> Approval:
        found = anyio.run(self.approvals.look, self.number)
        assert found is not None
        return found


class Keys:
    """A person at a terminal: what is shown to them, and what they type."""

    def __init__(self, types: str) -> None:
        self.types, self.shown = types, ""

    def show(self, text: str) -> None:
        self.shown += f"{text}\n"

    def ask(self, question: str) -> str:
        self.shown += question
        return self.types

    @contextmanager
    def terminal(self) -> Iterator["Keys"]:
        yield self


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    return Waiting(tmp_path / "store.sqlite3")


def answered(waiting: Waiting, types: str, number: str | None = None) -> tuple[int, str]:
    """Answer in this process; the exit code and what was shown."""
    keys = Keys(types)
    return run_approve(number or waiting.number, environment=waiting.env, terminal=keys.terminal), keys.shown


@pytest.mark.anyio
async def test_a_rejection_is_carried_out_after_a_person_approved_it_in_another_process(tmp_path: Path) -> None:
    office = Office(tmp_path / "store.sqlite3")
    async with office.desk() as d:
        refusal = await d.refusal("testio_reject_bug", **REJECT)
        command, env = ours("approve", number_in(refusal)), environment(office.file)
        code, shown = await anyio.to_thread.run_sync(lambda: in_terminal(command, env=env, types="yes"))
        assert code == 0, shown
        done = text(await d.call("testio_reject_bug", **REJECT))
        again = await d.refusal("testio_reject_bug", **REJECT)
    await office.engine.close()
    assert "Nothing was sent." in refusal
    assert "| Reject bug 88107 'Expired voucher OLD10 still gives 10 %'" in shown
    assert '"done":"Rejected as known_bug."' in done
    assert '"how":"approval"' in done
    assert "Nothing was sent." in again


def test_a_pipe_without_a_terminal_answers_nothing_and_sees_nothing(waiting: Waiting, forks: Forks) -> None:
    done = subprocess.run(
        forks.command("server", "approve", waiting.number),
        cwd=ROOT,
        env=waiting.env,
        input="yes\n" * 100,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"testdesk approve: {NONE_HERE}\n")
    assert waiting.now().state == "pending"


def test_a_page_is_opened_from_a_terminal_only(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Nowhere(Keys):
        @contextmanager
        def terminal(self) -> Iterator[Keys]:
            if not self.types:
                raise NoTerminal(NONE_HERE)
            yield self

    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail("a page was opened"))
    assert run_approve(waiting.number, on_page=True, environment=waiting.env, terminal=Nowhere("").terminal) == 1
    assert capsys.readouterr().err == f"testdesk approve: {NONE_HERE}\n"


def test_neither_a_pipe_nor_what_was_typed_before_the_question_answers_in_a_terminal(waiting: Waiting) -> None:
    code, shown = in_terminal(
        ours("approve", waiting.number), env=waiting.env, types="no", typed_before="yes\n", piped="yes\n" * 100
    )
    assert (code, waiting.now().state) == (0, "declined"), shown


def test_a_command_in_the_background_of_a_terminal_does_not_ask(waiting: Waiting) -> None:
    command = ["sh", "-mc", f"{' '.join(ours('approve', waiting.number))} & wait $!"]
    code, shown = in_terminal(command, env=waiting.env, types="yes")
    assert code == 1
    assert "runs in the background" in shown
    assert waiting.now().state == "pending"


@pytest.mark.parametrize(
    ("types", "code", "state"), [("yes", 0, "approved"), ("YES ", 0, "approved"), ("no", 0, "declined")]
)
def test_an_answer_is_a_word_typed_out(types: str, code: int, state: str, waiting: Waiting) -> None:
    assert answered(waiting, types)[0] == code
    assert waiting.now().state == state
    assert waiting.now().answered_by


@pytest.mark.parametrize("types", ["", "y", "ja", "yes please"])
def test_anything_else_is_no_answer(types: str, waiting: Waiting, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(waiting, types)[0] == 1
    assert waiting.now().state == "pending"
    assert "nothing is approved" in capsys.readouterr().err


def test_an_object_whose_name_is_asked_for_is_not_approved_by_a_yes(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path / "store.sqlite3", names=("Harbour Web",))
    assert answered(waiting, "yes")[0] == 1
    code, shown = answered(waiting, "Harbour Web")
    assert (code, waiting.now().state) == (0, "approved")
    assert "Type the object's name" in shown


def test_the_question_is_shown_with_who_asks_and_without_what_could_redraw_the_terminal(tmp_path: Path) -> None:
    words = "Delete \x1b[2J\x1b[1;1H'\u202edoof\u202c'?\rApprove\nTool:    harmless"
    waiting = Waiting(tmp_path / "store.sqlite3", words=words, client="gemini-cli\x1b[8m\nTool:    harmless")
    _, shown = answered(waiting, "no")
    assert not set(shown) & set("\x1b\r\u202e\u202c")
    assert "| Delete [2J[1;1H'doof'?\n| Approve\n| Tool:    harmless\n" in shown
    assert "by gemini-cli[8m Tool:    harmless of mara\n" in shown
    for part in ("Tool:    a_tool\n", "Expires: "):
        assert part in shown


def test_the_record_names_who_ran_the_command_and_for_whom_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    own = pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.delenv("SUDO_USER", raising=False)
    for name in ("USER", "LOGNAME"):
        monkeypatch.setenv(name, "eve")
    assert approver() == own
    monkeypatch.setenv("SUDO_USER", "mara")
    assert approver() == f"{own} for mara"


@pytest.mark.parametrize(
    "change", ["state = 'used'", "state = 'declined'", "state = 'approved'", "expires_at = asked_at"]
)
def test_a_number_that_no_longer_waits_is_refused(
    change: str, waiting: Waiting, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = store_at(waiting.file)
    anyio.run(engine.run, lambda db: db.change(f"UPDATE approval SET {change}"))
    before = waiting.now()
    code, shown = answered(waiting, "yes")
    assert (code, shown) == (1, "")
    assert "for a new one" in capsys.readouterr().err
    assert waiting.now() == before


def test_a_question_that_expires_while_it_is_read_is_not_approved(
    waiting: Waiting, capsys: pytest.CaptureFixture[str]
) -> None:
    class Slow(Keys):
        def ask(self, question: str) -> str:
            anyio.run(store_at(waiting.file).run, lambda db: db.change("UPDATE approval SET expires_at = asked_at"))
            return "yes"

    assert run_approve(waiting.number, environment=waiting.env, terminal=Slow("").terminal) == 1
    assert waiting.now().state == "pending"
    assert "has expired" in capsys.readouterr().err


def test_an_unknown_number_says_where_it_was_looked_up(waiting: Waiting, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(waiting, "yes", "AAAAAAAA")[0] == 1
    assert str(waiting.file) in capsys.readouterr().err


def test_a_number_may_be_written_in_small_letters_and_groups(waiting: Waiting) -> None:
    number = waiting.number.lower()
    assert answered(waiting, "yes", f"{number[:4]}-{number[4:]}")[0] == 0


def test_without_a_number_it_lists_what_waits(waiting: Waiting, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_approve(None, environment=waiting.env) == 0
    assert capsys.readouterr().out.startswith(f"{waiting.number}  a_tool, asked by gemini-cli of mara, until ")
    answered(waiting, "yes")
    assert run_approve(None, environment=waiting.env) == 0
    assert "Nothing waits" in capsys.readouterr().out
