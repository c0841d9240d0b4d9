"""`testdesk call`: the guards of any other client, the person at the terminal, exit codes that say what happened."""

import json
import os
from pathlib import Path

import anyio
import pytest

from server.approve import run_approve
from server.store.engine import Engine
from server.store.ledger import entries
from server.store.sqlite import SqliteEngine
from tests.accounts import two_accounts
from tests.desk import change_bug
from tests.server.shell.shell import Keys, Shell
from tests.server.test_approval import number_in

ACCEPT = ("testio_accept_bug", "bug_id=88213")


def test_a_list_is_a_table_and_what_is_to_be_known_of_it_is_on_stderr(shell: Shell) -> None:
    code, out, err = shell.call("testio_list_bugs", "limit=2", "severity=critical,high")
    head, *rows = out.splitlines()
    assert (code, head.split()) == (0, ["id", "title", "severity", "status", "test_id", "reported_at"])
    assert [row.split()[0] for row in rows] == ["88218", "88217"]
    assert err.splitlines()[0].startswith("2 of ")
    assert "cursor=" in err
    assert "Source: sandbox, invented data" in err


def test_an_object_is_fields_and_its_secrets_stay_hidden(shell: Shell) -> None:
    code, out, _ = shell.call("testio_get_bug", "bug_id=88101")
    assert code == 0
    assert "title            Coupon field accepts expired code\n" in out
    assert "  password      [hidden]\n" in out


def test_json_is_the_structured_answer(shell: Shell) -> None:
    code, out, _ = shell.call("--json", "testio_list_bugs", "limit=1", "count_by=severity")
    answer = json.loads(out)
    assert code == 0
    assert answer["coverage"]["complete"] is True
    assert answer["written_by_others"]


def test_a_tool_that_there_is_not_is_a_wrong_call_with_the_closest_names(shell: Shell) -> None:
    code, out, err = shell.call("testio_lst_bugs", "limit=1")
    assert (code, out) == (2, "")
    assert "did you mean testio_list_bugs" in err


def test_an_argument_that_there_is_not_is_a_wrong_call_and_nothing_is_sent(shell: Shell) -> None:
    code, _, err = shell.call("testio_list_bugs", "limt=1")
    assert code == 2
    assert "did you mean limit?" in err
    assert not list(shell.world.journal.entries())


@pytest.mark.parametrize(
    "words", [["limit"], ["limit=1000"], ["limit=@absent.txt"], ["limit:=1}"], ["limit=1", "limit=2"]]
)
def test_words_that_are_no_arguments_are_a_wrong_call(shell: Shell, words: list[str]) -> None:
    code, _, err = shell.call("testio_list_bugs", *words)
    assert code == 2
    assert "limit" in err


def test_an_act_is_done_after_a_yes_at_the_terminal_and_recorded_with_how(shell: Shell) -> None:
    shell.person = Keys("yes")
    code, out, err = shell.call(*ACCEPT)
    assert (code, shell.writes()) == (0, ["PUT /bugs/88213/accept"])
    assert "| Accept bug 88213 'Minimum order value" in shell.person.shown
    assert "status  accepted" in out
    assert "Confirmed (form): Accept bug 88213" in err
    (sent, *_) = recorded(shell)
    assert (sent["tool"], sent["client"]) == ("testio_accept_bug", "testdesk-call")


def test_a_no_ends_with_3_and_sends_nothing(shell: Shell) -> None:
    shell.person = Keys("no")
    code, out, err = shell.call(*ACCEPT)
    assert (code, out, shell.writes()) == (3, "", [])
    assert "The user said no. Nothing was sent." in err


def test_an_interrupt_at_the_question_ends_with_130_and_sends_nothing(shell: Shell) -> None:
    shell.person = Keys(None)
    code, _, err = shell.call(*ACCEPT)
    assert (code, shell.writes()) == (130, [])
    assert "Nothing was sent." in err


def test_a_name_that_is_to_be_typed_is_asked_for_as_such(shell: Shell) -> None:
    call = ("testio_delete_product", "product_id=73")
    shell.person = Keys("yes")
    assert (shell.call(*call)[0], shell.writes()) == (1, [])
    name = shell.person.shown.split("type its name: '")[1].partition("'")[0]
    shell.person = Keys(name)
    code, _, err = shell.call(*call)
    assert (code, shell.writes()) == (0, ["DELETE /products/73"]), err


def test_without_a_terminal_an_act_is_refused_and_passes_once_after_an_approval(shell: Shell) -> None:
    code, _, refusal = shell.call(*ACCEPT)
    assert (code, shell.writes()) == (1, [])
    shell.person = Keys("yes")
    assert run_approve(number_in(refusal), environment=shell.environment, terminal=shell.terminal) == 0
    shell.person = None
    shell.capsys.readouterr()
    code, _, err = shell.call(*ACCEPT)
    assert (code, shell.writes()) == (0, ["PUT /bugs/88213/accept"])
    assert "Confirmed (approval)" in err


def test_a_limit_of_the_operator_s_holds_in_the_shell(shell: Shell) -> None:
    file = shell.folder / "testdesk.toml"
    file.write_text("[budgets]\nwrites_a_minute = 0\n", encoding="utf-8")
    shell.environment["TESTDESK_CONFIG"] = str(file)
    shell.person = Keys("yes")
    code, _, err = shell.call(*ACCEPT)
    assert (code, shell.writes()) == (1, [])
    assert "testdesk.toml" in err


def test_a_text_of_others_cannot_give_orders_to_the_terminal(shell: Shell) -> None:
    change_bug(shell.world, 88101, title="Red \x1b[31m\x9b2J\x07 title\u202e")
    for words in ((), ("--json",)):
        _, out, err = shell.call(*words, "testio_get_bug", "bug_id=88101")
        assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(out + err)
        assert "title" in out


def test_without_a_tool_all_are_listed_and_a_part_of_a_name_lists_those(shell: Shell) -> None:
    code, out, _ = shell.call()
    names = [line.split()[0] for line in out.splitlines() if line]
    assert code == 0
    assert {"across_assess_release", "testio_reject_bug", "testdesk_list_acts"} <= set(names)
    assert not {"find_tools", "call_tool", "call_read_tool"} & set(names)
    _, some, _ = shell.call("reject_bug")
    assert [line.split()[:2] for line in some.splitlines()] == [
        [name, "asks"] for name in names if "reject_bug" in name
    ]


def test_the_help_of_a_tool_shows_what_it_does_and_every_parameter(shell: Shell) -> None:
    code, out, _ = shell.call("testio_reject_bug", "--help")
    assert code == 0
    assert out.startswith("usage: testdesk call testio_reject_bug bug_id=INTEGER reason=")
    assert "It asks before it acts." in out
    assert {line.split()[0] for line in out.splitlines() if line.startswith("  ") and line[2] != " "} == {
        "bug_id",
        "reason",
        "comment",
    }


def test_options_stand_anywhere_between_the_arguments(shell: Shell) -> None:
    code, out, _ = shell.call("testio_list_bugs", "limit=1", "--json", "severity=critical")
    assert code == 0
    assert [row["severity"] for row in json.loads(out)["items"]] == ["critical"]


def test_an_account_is_chosen_by_its_name(shell: Shell) -> None:
    assert shell.call("--account", "web-testio", "testio_list_bugs")[0] == 2, "there is one account only"
    chosen = two_accounts(shell.folder)
    shell.environment["TESTDESK_CONFIG"] = chosen.configuration.path
    shell.person = Keys("yes")
    code, out, _ = shell.call(*ACCEPT, "--account", "web-testio")
    assert code == 0
    assert "| In account web-testio: Accept bug 88213" in shell.person.shown
    assert "account  web-testio" in out


def test_pictures_are_written_where_the_caller_wants_them(shell: Shell, tmp_path: Path) -> None:
    call = ("testio_get_bug_screenshots", "bug_id=88101")
    assert "--save FOLDER" in shell.call(*call)[2]
    code, _, _ = shell.call(*call, "--save", str(tmp_path / "pictures"))
    assert code == 0
    assert [file.suffix for file in sorted((tmp_path / "pictures").iterdir())]


def recorded(shell: Shell) -> list[dict[str, object]]:
    """The records of the ledger."""
    engine: Engine = SqliteEngine(Path(shell.environment["TESTDESK_STORE"]))

    async def read() -> list[dict[str, object]]:
        try:
            return [dict(entry.record) for entry in await engine.run(lambda db: list(entries(db)))]
        finally:
            await engine.close()

    return anyio.run(read)


if os.name == "posix":

    def test_a_person_answers_at_the_terminal_and_no_pipe_can(tmp_path: Path) -> None:
        from tests.terminals import environment, in_terminal, ours

        command = ours("call", "--sandbox", *ACCEPT)
        code, shown = in_terminal(command, env=environment(tmp_path / "s.sqlite3"), types="no", piped="yes\n")
        assert code == 3
        assert "| Accept bug 88213" in shown
        assert "The user said no." in shown
