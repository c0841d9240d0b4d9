"""What people and models read is plain English: the project's old private terms are in none of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md"), *ROOT.glob("prompts/*.md")]
SOURCES = [path for folder in ("server", "tools", "prompts") for path in sorted((ROOT / folder).rglob("*.py"))]

PHRASES = {
    "imitations?": "fake API; sandbox",
    "doors?": "target, entry point, endpoint",
    "shows? the house": "architecture",
    "roads? of (?:a|the) call": "request pipeline",
    "ways? out": "HTTP transport",
    "kinds of pages": "resource templates",
    "time of making": "creation time",
    "begins all ids": "prefix of all IDs",
    "fixed for good": "immutable",
    "stands? twice": "is listed twice",
    "truths are words": "booleans are sent as strings",
    "no whole request": "The request was incomplete and was not processed.",
    "nothing came of it": "The request was incomplete and was not processed.",
    "after (?:a|the) person (?:said|says) yes": "Asks the user first.",
    "what it says": "description",
    "the invisible out": "strip invisible characters",
}
FORBIDDEN = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b", re.IGNORECASE)

NAMES = re.compile(
    r"in_words|about_to_\w+|settled_by|rest_in|suffices|locate|elsewhere|Told|Turned|Answered|Offered|Wish|Seen"
    r"|holdings|one|whole|find|shown"
)
"""Old names of functions and classes; `shut` and the words of local variables are not told from ordinary ones."""


def texts(source: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module, docstrings and parts of f-strings included, but for the sandboxes' data."""
    if "story" in source.parts or source.stem == "story":
        return
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, " ".join(node.value.split())


def found(source: Path) -> list[str]:
    """The forbidden phrases of a file, with their places and what to write."""
    if source.suffix == ".md":
        # One text, so that a phrase is found across lines; the changelog of released versions is history.
        whole = source.read_text().partition("\n## [0.")[0]
        lines = [(0, " ".join(whole.split()))]
    else:
        lines = list(texts(source))
    return [
        f"{source.relative_to(ROOT)}:{line}: {match[0]!r} in {text[max(0, match.start() - 40) : match.end() + 40]!r}"
        for line, text in lines
        for match in FORBIDDEN.finditer(text)
    ]


@pytest.mark.parametrize("folder", ["server", "tools/kit", "tools", "prompts", "."])
def test_no_text_has_a_private_term(folder: str) -> None:
    files = DOCUMENTS if folder == "." else [path for path in SOURCES if path.is_relative_to(ROOT / folder)]
    assert files
    assert not [place for path in files for place in found(path)]


def test_no_function_or_class_has_a_name_that_says_nothing() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and NAMES.fullmatch(node.name)
    ]
    assert not wrong


def test_no_two_classes_of_the_product_are_both_named_shelf() -> None:
    shelves = [path for path in SOURCES if re.search(r"^class Shelf\b", path.read_text(), re.MULTILINE)]
    assert len(shelves) <= 1


def test_a_private_term_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_plain_words.ROOT", tmp_path)
    (tmp_path / "page.md").write_text("The four\nimitations.\n\nThe road\nof a call.\n")
    (tmp_path / "page.py").write_text('def f(x):\n    return f"Deleted {x}, after a person said yes."\n')
    assert len(found(tmp_path / "page.md")) == 2
    assert len(found(tmp_path / "page.py")) == 1
