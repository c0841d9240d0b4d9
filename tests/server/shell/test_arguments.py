"""Words of a command line become the arguments that a tool takes."""

from pathlib import Path
from typing import Any

import pytest

from server.shell.arguments import WrongCall, parse_arguments

SCHEMA: dict[str, Any] = {
    "properties": {
        "limit": {"type": "integer"},
        "share": {"type": "number"},
        "known": {"type": "boolean"},
        "text": {"type": "string"},
        "ids": {"type": "array", "items": {"type": "integer"}},
        "products": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
        "titles": {"type": "array", "items": {"type": "string"}},
        "status": {"type": "array", "items": {"$ref": "#/$defs/Status"}},
        "rows": {"type": "array", "items": {"type": "object"}},
        "bug": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    },
    "$defs": {"Status": {"enum": ["open", "in progress"]}},
}


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        (["limit=5", "share=0.5", "known=yes", "text=5"], {"limit": 5, "share": 0.5, "known": True, "text": "5"}),
        (["ids=1,2", "ids=3"], {"ids": [1, 2, 3]}),
        (["products=71,Harbour"], {"products": [71, "Harbour"]}),
        (["titles=a,b"], {"titles": ["a", "b"]}),
        (["titles=One, and more"], {"titles": ["One, and more"]}),
        (["titles=One, and more", "titles=Two"], {"titles": ["One, and more", "Two"]}),
        (["status=open,in progress"], {"status": ["open", "in progress"]}),
        (['rows=[{"a": 1}]', 'bug:="71"'], {"rows": [{"a": 1}], "bug": "71"}),
        (["bug=71"], {"bug": 71}),
        (["bug=HRB-7"], {"bug": "HRB-7"}),
        (["text=a=b:=c"], {"text": "a=b:=c"}),
        (["text="], {"text": ""}),
        (["limit=many", "known=perhaps"], {"limit": "many", "known": "perhaps"}),
        (["new=1"], {"new": "1"}),
    ],
)
def test_a_value_has_the_type_that_its_parameter_takes(words: list[str], arguments: dict[str, Any]) -> None:
    assert parse_arguments(words, SCHEMA) == arguments


def test_a_value_is_read_from_a_file_or_from_standard_input_once(tmp_path: Path) -> None:
    file = tmp_path / "ids.json"
    file.write_text("[1, 2]\n", encoding="utf-8")
    given = parse_arguments([f"ids:=@{file}", f"titles=@{file}", "text=-"], SCHEMA, lambda: "two\nlines\n")
    assert given == {"ids": [1, 2], "titles": [1, 2], "text": "two\nlines"}
    with pytest.raises(WrongCall, match="only one argument"):
        parse_arguments(["text=-", "titles=-"], SCHEMA, lambda: "x")


def test_a_file_that_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "shot.png"
    file.write_bytes(b"\x89PNG\xff")
    with pytest.raises(WrongCall, match=r"text: .*shot\.png is no text"):
        parse_arguments([f"text=@{file}"], SCHEMA)
