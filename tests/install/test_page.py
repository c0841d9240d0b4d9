"""The page on installing: every line of it is typed by a script, and its links add what they say."""

import base64
import json
import re
from urllib.parse import parse_qs, urlsplit

from server.hosts.links import links
from server.hosts.table import HOSTS
from tests.install.page import PAGE, block, blocks, first_steps, host_lines

FOLLOWED = ("pipx", "testdesk setup claude-code", "testdesk setup --dry-run", "uv", "pip ")
WITH_A_HOST = ("claude plugin",)


def test_every_snippet_of_the_page_is_typed_by_a_script() -> None:
    assert blocks() == [block(first) for first in (*FOLLOWED, *WITH_A_HOST)]


def test_the_readme_says_the_same_first_steps() -> None:
    assert {tuple(one.lines) for one in first_steps()} == {tuple(block("pipx").lines)}


def test_the_table_has_a_line_for_each_host() -> None:
    assert host_lines() == {host.title: f"testdesk setup {host.key}" for host in HOSTS}


def test_snippets_are_read_below_their_headings() -> None:
    found = blocks("# A\n\n```sh\none\ntwo\n```\n\n## B\n\n```json\n{}\n```\n\n```sh\nthree\n```\n")
    assert found == [("A", ["one", "two"]), ("B", ["three"])]


def test_each_link_adds_our_command_and_nothing_else() -> None:
    found = []
    for address in re.findall(r"\]\((\S+)\)", links()):
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
        text = query["config"] if parts.netloc.endswith("vscode.dev") else base64.b64decode(query["config"]).decode()
        found.append((query["name"], {name: value for name, value in json.loads(text).items() if name != "type"}))
    sandbox = ("testdesk-sandbox", {"command": "testdesk", "args": ["serve", "--sandbox"]})
    accounts = ("testdesk", {"command": "testdesk", "args": ["serve"]})
    assert found == [sandbox, accounts, sandbox, accounts]
    assert links() in PAGE.read_text(encoding="utf-8")
