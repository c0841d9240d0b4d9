"""TOML: one table changes, and every other line stays."""

import tomllib

import pytest

from server.hosts.jsonc import Unplaceable
from server.hosts.toml_text import NotToml, drop, put, read

PATH = ["mcp_servers", "testdesk"]
ENTRY = {"command": "C:\\testdesk", "args": ["serve"], "env": {"TESTIO_API_TOKEN_FILE": "/t"}}
OTHERS = """\
# my settings
model = "a"  # the best

[mcp_servers.other]
command = "npx"
args = ["-y", "other"]

# about projects
[projects."/home/mara/shop"]
trust_level = "trusted"
"""


@pytest.mark.parametrize("text", ["", OTHERS, OTHERS.rstrip(), OTHERS.replace("\n", "\r\n")])
def test_a_table_is_added_and_taken_out_again(text: str) -> None:
    added = put(text, PATH, ENTRY)
    assert tomllib.loads(added)["mcp_servers"]["testdesk"] == ENTRY
    assert added.startswith(text.rstrip())
    assert drop(added, PATH).rstrip() == text.rstrip()
    assert put(added, PATH, ENTRY) == added


def test_a_table_is_replaced_in_its_place_with_its_parts() -> None:
    text = OTHERS.replace("mcp_servers.other]", 'mcp_servers."testdesk"] # ours').replace(
        "\n# about", '\n[mcp_servers.testdesk.env]\nOLD = "1"\n\n# about'
    )
    changed = put(text, PATH, ENTRY)
    assert tomllib.loads(changed)["mcp_servers"] == {"testdesk": ENTRY}
    assert changed.index("[mcp_servers.testdesk]") < changed.index("# about projects") < changed.index("[projects.")
    assert changed.startswith('# my settings\nmodel = "a"  # the best\n')


def test_the_comment_of_the_next_table_stays_with_it() -> None:
    left = drop(OTHERS, ["mcp_servers", "other"])
    assert left == OTHERS.replace('[mcp_servers.other]\ncommand = "npx"\nargs = ["-y", "other"]\n\n', "")


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(NotToml, match="line 1"):
        read("a = = 1")


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(Unplaceable):
        put("", PATH, {"when": object()})
