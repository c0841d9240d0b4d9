"""JSON with comments: one value changes, and every other character stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hosts.jsonc import NotJson, Unplaceable, append, drop, put, read, remove

ENTRY = {"command": "testdesk", "args": ["serve"]}
COMMENTED = """\
{
  // editors keep these
  "theme": "dark", // mine
  "mcpServers": {
    /* the others */
    "other": { "command": "npx", "args": ["-y", "other"] } // last
  }
}
"""


def test_an_entry_is_added_behind_the_others_and_nothing_else_changes() -> None:
    assert put(COMMENTED, ["mcpServers", "testdesk"], {"command": "testdesk"}) == COMMENTED.replace(
        "} // last", '}, // last\n    "testdesk": {\n      "command": "testdesk"\n    }'
    )


@pytest.mark.parametrize(
    "text",
    [
        COMMENTED,
        COMMENTED.replace("\n", "\r\n"),
        COMMENTED.replace("} // last", "}, // last"),
        COMMENTED.replace("  ", "\t"),
        '{"mcpServers": {"a": {}, "b": {}}}',
        "\ufeff" + COMMENTED,
    ],
    ids=["comments", "windows", "trailing comma", "tabs", "one line", "mark"],
)
def test_what_was_added_can_be_taken_out_again(text: str) -> None:
    path = ["mcpServers", "testdesk"]
    added = put(text, path, ENTRY)
    assert read(added)["mcpServers"]["testdesk"] == ENTRY
    taken_out = drop(added, path)
    assert taken_out == text or (read(taken_out) == read(text) and text.startswith('{"mcp'))
    assert ("\r\n" in added) == ("\r\n" in text)
    assert added.replace("\r\n", "").count("\n") == (0 if "\r\n" in text else added.count("\n"))


@pytest.mark.parametrize("text", ["", "\n", "{}", "{\n}", "// a comment only\n", "{ /* nothing */ }"])
def test_the_objects_on_the_way_are_made(text: str) -> None:
    added = put(text, ["mcpServers", "testdesk"], ENTRY)
    assert read(added) == {"mcpServers": {"testdesk": ENTRY}}
    assert text.strip("{} \n") in added


def test_a_value_is_replaced_in_its_place() -> None:
    text = COMMENTED.replace('"other"', '"testdesk"', 1)
    changed = put(text, ["mcpServers", "testdesk"], ENTRY)
    assert read(changed)["mcpServers"] == {"testdesk": ENTRY}
    assert all(comment in changed for comment in ("// editors keep these", "/* the others */", "// last", "// mine"))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_member_can_be_taken_out(place: int) -> None:
    text = '{\n  "a": 1, // first\n  "b": [2], // second\n  "c": {} // third\n}\n'
    left = drop(text, ["abc"[place]])
    assert list(read(left)) == [key for key in "abc" if key != "abc"[place]]
    assert [word in left for word in ("first", "second", "third")] == [True] * 3


def test_a_list_gets_and_loses_a_value() -> None:
    text = '{\n  "inputs": [\n    { "id": "mine" } // mine\n  ]\n}\n'
    added = append(text, ["inputs"], {"id": "ours"})
    assert read(added) == {"inputs": [{"id": "mine"}, {"id": "ours"}]}
    assert remove(added, ["inputs"], {"id": "ours"}) == text
    assert read(append("{}", ["inputs"], 1)) == {"inputs": [1]}


@pytest.mark.parametrize(
    "text", ["{", "[1 2]", '{"a" 1}', "{a: 1}", "{'a': 1}", '{"a": 1} x', '{"a": tru}', "{,}", "[" * 300]
)
def test_what_is_not_json_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(NotJson, match="line 3"):
        put(f"\n\n{text}", ["a"], 1)


@pytest.mark.parametrize("text", [r'{"a": "\x"}', r'{"\x": 1}'])
def test_a_string_that_is_none_is_found_where_it_is(text: str) -> None:
    with pytest.raises(NotJson, match="line 3"):
        put(f"\n\n{text}\n\n", ["a"], 1)


@pytest.mark.parametrize("text", ['{"a": 1}', '{"a": {}, "a": {}}', "[]"])
def test_what_cannot_hold_the_value_is_left_alone(text: str) -> None:
    with pytest.raises(Unplaceable):
        put(text, ["a", "b"], 1)


KEYS = st.text('abc"\\/*, é', min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('"\\/*{}[], é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), KEYS, KEYS, VALUES, st.sampled_from([None, 2, "\t"]))
def test_any_document_keeps_all_else(
    document: dict[str, object], section: str, name: str, value: object, indent: int | str | None
) -> None:
    if not isinstance(document.get(section, {}), dict):
        document[section] = {}
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    inside = document.get(section, {})
    assert isinstance(inside, dict)
    changed = put(text, [section, name], value)
    assert json.loads(changed) == {**document, section: {**inside, name: value}}
    rest = {key: other for key, other in inside.items() if key != name}
    assert json.loads(drop(changed, [section, name])) == {**document, section: rest}
