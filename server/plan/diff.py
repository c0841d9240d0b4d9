"""Reads a change from a diff, as git and diff -u write it: its paths, and the words around its hunks.

A diff may come from anybody: nothing in it is run, and only counted lines belong to a hunk, so that a removed line
`-- a/file` is no header of a file.
"""

import re
from collections.abc import Iterator
from typing import Final

from server.plan.change import Change, change_of

MOST_BYTES: Final = 32_000_000
_HUNK: Final = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@ ?(.*)")
_FILE: Final = re.compile(r"(?:---|\+\+\+) (.+)")
_MOVED: Final = re.compile(r"(?:rename|copy) (?:from|to) (.+)")
_GIT: Final = re.compile(r"diff --git (?:\"?)a/(.+?)(?:\"?) (?:\"?)b/(.+?)(?:\"?)")
_PREFIX: Final = re.compile(r"\A[abciow]/")
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_MAIL: Final = re.compile(r"(?:From|Date|Author|AuthorDate|Commit|CommitDate|Merge|commit|[A-Z][\w-]+-[Bb]y)[: ]")
_KEYWORDS: Final = re.compile(
    r"\b(?:abstract|async|await|bool|boolean|class|const|def|default|else|enum|export|extends|extern|final|fn|func|"
    r"function|impl|implements|import|int|interface|let|module|mut|namespace|new|none|null|override|package|private|"
    r"protected|public|pub|return|self|static|str|string|struct|this|throws|trait|type|val|var|void)\b",
    re.IGNORECASE,
)
"""What the line around a hunk has of its language."""


def read_diff(document: bytes) -> Change:
    """Read the paths of a diff, and as its words the message before it and the functions around its hunks."""
    paths, words = list[str](), list[str]()
    for is_path, text in _parts(document.decode("utf-8", "replace").split("\n")):
        (paths if is_path else words).append(text)
    return change_of(words, paths, "a diff from standard input")


def _parts(lines: list[str]) -> Iterator[tuple[bool, str]]:
    """Each path (true) and each piece of text (false), in order."""
    old = new = 0
    """Lines of the current hunk that are still to come, of the old and the new file."""
    has_begun = False
    for line in (one.removesuffix("\r") for one in lines):
        if old > 0 or new > 0:
            old -= line[:1] in {"-", " ", ""}
            new -= line[:1] in {"+", " ", ""}
            continue
        if hunk := _HUNK.match(line):
            old, new = int(hunk[1] or 1), int(hunk[2] or 1)
            yield False, _KEYWORDS.sub(" ", hunk[3])
        elif found := _FILE.fullmatch(line):
            has_begun = True
            if (path := _path(found[1], is_prefixed=True)) is not None:
                yield True, path
        elif found := _MOVED.fullmatch(line):
            if (path := _path(found[1], is_prefixed=False)) is not None:
                yield True, path
        elif line.startswith("diff --git "):
            has_begun = True
            # Ambiguous where a path has spaces, but the only line with the path of a binary file or a changed mode.
            if (both := _GIT.fullmatch(line)) and both[1] == both[2]:
                yield True, _unquoted(f'"{both[1]}"' if '"' in line else both[1])
        elif not has_begun and not _MAIL.match(line):
            yield False, re.sub(r"^Subject: (?:\[[^\]]*\] )?", "", line)


def _path(text: str, *, is_prefixed: bool) -> str | None:
    """A path of a header; None for the place of a file that is not there."""
    path = _unquoted(text.split("\t")[0])
    return (
        None if path == "/dev/null" else _PREFIX.sub("", path, count=1) if is_prefixed and _PREFIX.match(path) else path
    )


def _unquoted(text: str) -> str:
    """A path without the quotation marks and escapes that git writes around unusual characters."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text
    inside = text[1:-1].encode("utf-8", "replace")

    def plain(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _LETTERS.get(code, code)

    return _ESCAPE.sub(plain, inside).decode("utf-8", "replace")
