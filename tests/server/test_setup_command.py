"""`testdesk setup`: finds hosts, asks for tokens without showing them, writes entries, checks and undoes them."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.cli import parser
from server.hosts.entries import own_command
from server.hosts.places import Machine
from server.settings import SettingsError
from server.setup_command import run_setup
from server.terminal import NONE_HERE, NoTerminal

TOKEN = "0123456789abcdef0123"
STORED = ".config/testdesk/credentials/TESTIO_API_TOKEN"


class Home:
    """A user's home with Cursor and VS Code, and a person at a terminal or nobody."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.shown, self.asked = list[str](), list[str]()
        self.answers: dict[str, str] = {}
        self.has_terminal = True
        self.environment = {"HOME": str(home), "PATH": "", "XDG_CONFIG_HOME": str(home / ".config")}
        for folder in (".cursor", ".config/Code/User"):
            (home / folder).mkdir(parents=True)

    def show(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, question: str) -> str:
        self.asked.append(question)
        return next((answer for part, answer in self.answers.items() if part in question), "")

    ask_hidden = ask

    @contextmanager
    def terminal(self) -> Iterator["Home"]:
        if not self.has_terminal:
            raise NoTerminal(NONE_HERE)
        yield self

    def run(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what was printed."""
        said = list[str]()
        given = parser().parse_args(["setup", *arguments])
        machine = Machine(self.environment, self.home, "linux")
        code = run_setup(given, machine=machine, terminal=self.terminal, say=said.append, remark=said.append)
        return code, "\n".join(said)

    def entry(self, name: str = "testdesk") -> dict[str, object]:
        """Cursor's entry."""
        servers = json.loads((self.home / ".cursor/mcp.json").read_text())["mcpServers"]
        return dict(servers[name])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_without_a_terminal_it_says_what_is_there_and_what_to_do(home: Home) -> None:
    home.has_terminal = False
    code, said = home.run()
    assert code == 0
    assert "cursor          ~/.cursor/mcp.json" in said
    assert "vscode          ~/.config/Code/User/mcp.json" in said
    assert "Others: claude-code, " in said
    assert "testdesk setup --sandbox HOST" in said
    assert not (home.home / ".cursor/mcp.json").exists()


def test_the_sandbox_needs_nobody(home: Home) -> None:
    home.has_terminal = False
    code, said = home.run("--sandbox", "cursor")
    assert code == 0
    assert "created with the entry testdesk-sandbox" in said
    entry = home.entry("testdesk-sandbox")
    assert entry["args"] == ["serve", "--sandbox"]
    assert Path(str(entry["command"])).is_absolute(), "a host started from a desktop has another PATH"
    assert home.run("--sandbox", "cursor") == (
        0,
        said.replace("was created with the entry testdesk-sandbox", "has this entry already"),
    )
    assert home.run("--undo")[0] == 0
    assert not (home.home / ".cursor/mcp.json").exists()


def test_a_token_goes_to_a_file_of_the_user_and_is_printed_nowhere(home: Home) -> None:
    home.answers = {"which?": "2, cursor", "TESTIO_API_TOKEN": TOKEN}
    code, said = home.run()
    assert code == 0
    stored = home.home / STORED
    assert stored.read_text() == f"{TOKEN}\n"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stat.S_IMODE(stored.parent.stat().st_mode) == 0o700
    assert home.entry()["env"] == {"TESTIO_API_TOKEN_FILE": str(stored)}
    assert TOKEN not in said + "".join(home.shown) + (home.home / ".cursor/mcp.json").read_text()
    assert "Offers test IO." in said
    assert "Code/User/mcp.json was created" in said
    assert "What you type is not shown." in home.shown


def test_a_stored_token_is_kept_and_named_without_asking_where_nobody_is(home: Home) -> None:
    home.answers = {"TESTIO_API_TOKEN": TOKEN}
    home.run("cursor")
    home.answers = {}
    assert home.run("vscode")[0] == 0
    assert any("stored; Enter keeps it" in question for question in home.asked)
    home.has_terminal = False
    code, said = home.run("cursor")
    assert code == 0
    assert "has this entry already" in said


def test_a_placeholder_is_no_token(home: Home) -> None:
    home.answers = {"TESTIO_API_TOKEN": "<your-token>"}
    code, said = home.run("cursor")
    assert code == 1
    assert "Nothing was written." in said
    assert any("holds a placeholder" in question for question in home.asked)
    assert not (home.home / STORED).exists()


def test_a_file_that_the_environment_names_is_used_without_asking(home: Home) -> None:
    (home.home / "token").write_text(TOKEN)
    home.has_terminal = False
    home.environment |= {"TESTIO_API_TOKEN_FILE": str(home.home / "token"), "TESTIO_WEB_URL": "https://acme.test.io"}
    assert home.run("cursor")[0] == 0
    assert home.entry()["env"] == {
        "TESTIO_API_TOKEN_FILE": str(home.home / "token"),
        "TESTIO_WEB_URL": "https://acme.test.io",
    }


def test_a_token_in_the_environment_is_not_copied(home: Home) -> None:
    home.has_terminal = False
    home.environment["TESTIO_API_TOKEN"] = TOKEN
    code, said = home.run("cursor")
    assert (code, TOKEN in said) == (1, False)
    assert "TESTIO_API_TOKEN_FILE=PATH" in said


def test_an_account_of_the_configuration_file_needs_no_question(home: Home) -> None:
    folder = home.home / ".config/testdesk"
    folder.mkdir()
    (home.home / "token").write_text(TOKEN)
    section = f'[accounts.shop]\nplatform = "testio"\napi_token_file = "{home.home / "token"}"\n'
    (folder / "testdesk.toml").write_text(section)
    assert home.run("cursor")[0] == 0
    assert not any("TESTIO_API_TOKEN" in question for question in home.asked)
    assert "env" not in home.entry()


def test_only_the_platforms_that_are_named_are_asked_for(home: Home) -> None:
    home.answers = {"TESTERY_API_TOKEN": TOKEN}
    assert home.run("cursor", "--platform", "testery", "--read-only")[0] == 0
    assert len(home.asked) == 1
    assert home.entry()["args"] == ["serve", "--read-only"]


def test_vs_code_can_ask_for_the_token_itself(home: Home) -> None:
    home.has_terminal = False
    assert home.run("vscode", "--inputs", "--platform", "testio")[0] == 0
    file = home.home / ".config/Code/User/mcp.json"
    written = json.loads(file.read_text())
    assert written["servers"]["testdesk"]["env"] == {"TESTIO_API_TOKEN": "${input:testdesk-TESTIO_API_TOKEN}"}
    assert [(one["id"], one["password"]) for one in written["inputs"]] == [("testdesk-TESTIO_API_TOKEN", True)]
    assert home.run("vscode", "--undo")[0] == 0
    assert not file.exists()


def test_print_and_dry_run_write_nothing(home: Home) -> None:
    before = sorted(home.home.rglob("*"))
    code, said = home.run("--print", "--sandbox", "codex")
    assert code == 0
    assert "[mcp_servers.testdesk-sandbox]" in said
    code, said = home.run("--dry-run", "--sandbox", "cursor")
    assert code == 0
    assert "~/.cursor/mcp.json would be created with this entry:" in said
    assert sorted(home.home.rglob("*")) == before
    assert home.asked == []


def test_a_token_in_the_open_is_named_and_never_printed(home: Home) -> None:
    (home.home / "token").write_text(TOKEN)
    home.environment["TESTIO_API_TOKEN_FILE"] = str(home.home / "token")
    entry = {"command": "testdesk", "args": ["serve"], "env": {"TESTERY_API_TOKEN": "in-the-open"}}
    (home.home / ".cursor/mcp.json").write_text(json.dumps({"mcpServers": {"testdesk": entry}}))
    for arguments in (["--dry-run", "cursor"], ["--print", "cursor"], ["cursor"]):
        code, said = home.run(*arguments)
        assert (code, "in-the-open" in said) == (0, False)
    assert "WARNING: the entry holds TESTERY_API_TOKEN in the open." in said


def test_the_command_of_the_entry_outlasts_an_update(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """pipx and uv put a link on the PATH, and may move what it leads to."""
    environment, links = home.home / "venv", home.home / "bin"
    for folder in (environment, links):
        folder.mkdir()
    for program in ("python", "testdesk"):
        (environment / program).write_text("#!/bin/sh\n")
        (environment / program).chmod(0o755)
    (links / "testdesk").symlink_to(environment / "testdesk")
    monkeypatch.setattr("sys.executable", str(environment / "python"))
    monkeypatch.setenv("PATH", str(links))
    assert own_command() == (str(links / "testdesk"),)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.argv", ["-c"])
    assert own_command() == (str(environment / "testdesk"),)


def test_a_file_that_cannot_be_edited_stays_and_the_entry_is_printed(home: Home) -> None:
    file = home.home / ".cursor/mcp.json"
    file.write_text('{"mcpServers": {"secret": "in-the-open" ')
    code, said = home.run("--sandbox", "cursor", "vscode")
    assert code == 1
    assert "~/.cursor/mcp.json stays as it is: it cannot be read: line 1 is not JSON. Add this to it:" in said
    assert '"testdesk-sandbox"' in said
    assert "in-the-open" not in said
    assert "Code/User/mcp.json was created" in said, "the other host is still set up"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["emacs"], "no host that setup knows"),
        (["--platform", "jira", "cursor"], "is none of"),
        (["--inputs", "cursor", "--platform", "testio"], "vscode"),
        (["--sandbox", "--platform", "testio", "cursor"], "needs no credential"),
    ],
)
def test_options_that_cannot_be_are_refused(home: Home, arguments: list[str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        home.run(*arguments)


def test_check_starts_each_entry_and_says_what_works(home: Home) -> None:
    (home.home / ".cursor/mcp.json").write_text(
        json.dumps(
            {
                "mcpServers": {
                    "testdesk": {"command": "/not/there/testdesk", "args": ["serve"]},
                    "testdesk-sandbox": {
                        "command": sys.executable,
                        "args": ["-m", "server", "serve", "--sandbox"],
                        "env": {"PYTHONPATH": os.getcwd()},
                    },
                    "other": {"command": "/not/started"},
                }
            }
        )
    )
    code, said = home.run("--check")
    assert code == 1
    assert "Cursor: testdesk DOES NOT WORK: its command does not exist" in said
    assert "Cursor: testdesk-sandbox works: 31 tools after" in said
    assert "other" not in said


def test_check_says_why_a_server_ended(home: Home) -> None:
    program = "import sys; sys.exit('testdesk: TESTIO_API_TOKEN_FILE names a file that cannot be read.')"
    entry = {"command": sys.executable, "args": ["-c", program], "env": {"X": "${input:x}"}}
    (home.home / ".config/Code/User/mcp.json").write_text(json.dumps({"servers": {"testdesk": entry}}))
    code, said = home.run("--check", "vscode")
    assert code == 1
    assert "DOES NOT WORK" in said
    assert "It wrote: testdesk: TESTIO_API_TOKEN_FILE names a file that cannot be read." in said


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_real_terminal_does_not_show_the_token(home: Home) -> None:
    from tests.terminals import in_terminal, ours

    env = {**home.environment, "PATH": os.environ["PATH"]}
    command = ours("setup", "cursor", "--platform", "testio")
    code, shown = in_terminal(command, env=env, types=TOKEN, piped="")
    assert code == 0, shown
    assert "TESTIO_API_TOKEN, in the test IO web app" in shown
    assert TOKEN not in shown
    assert (home.home / STORED).read_text() == f"{TOKEN}\n"
