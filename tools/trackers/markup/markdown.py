"""CommonMark with GitHub's tables: GitHub, GitLab, Gitea, Linear, ClickUp, Shortcut, YouTrack, OpenProject, Redmine."""

import re
from typing import Final

from tools.kit.invisible import clean
from tools.trackers.document import Block, Bullets, Code, Document, Heading, Line, Link, Numbered, Paragraph, Table
from tools.trackers.markup.leaf import address_of, code_of, lines_of, one_line, spans, text_of

# GitHub, GitLab, Gitea and Redmine look for mentions and references in the rendered page, where a backslash or an
# entity has already become the character: users of GitHub and GitLab report that `\@name` and `\#1` still act, and that
# a code span stops it, which every Markdown has. A zero-width space is reported to work too, but breaks searching and
# copying. None of it was tried here.
_ACTIVE: Final = "|".join(
    (
        r"(?<![A-Za-z0-9_])@[\w-]+(?:[./][\w-]+)*",  # @name, @group/team; the @ of a mail address stays
        r"[#!%&~]\d+",  # #1, owner/repo#1, !1; of GitLab also %1, &1 and ~1
        r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]+-\d+(?![A-Za-z0-9_])",  # GH-1, PROJ-1
        r"(?<![\w-])(?i:gh|gl)-\d+",
        r"(?<![\w-])(?:[0-9a-fA-F]{7,64}|r\d+)(?![\w-])",  # a commit
        r"(?<!\w)(?:user|group|commit):[\w.-]+",  # OpenProject, Redmine
        r"\[[a-z_]+:[^\[\]\s`|\\{]{1,99}\]",  # [issue:1] of GitLab
        r"\[\[",  # a wiki's page
        r"(?<!\w):[a-z+-][\w+-]*:(?!\w)",  # an emoji
    )
)
# The rest of the word is in the code span too: what follows a code span is the start of a text for a tracker, so that
# the second half of `@a@b` would be a mention; and two code spans side by side would be one.
_REST: Final = r"""(?:[^\s<>`|\\{]*[^\s<>`|\\{.,:;!?()\]'"])?"""
_TOKEN: Final = re.compile(
    r"(?P<web>(?<![A-Za-z0-9])(?i:https?://|ftp://|www\.)[^\s<>`|\\{]+)"
    rf"|(?P<active>(?:{_ACTIVE}){_REST})"
    r"|(?P<special>[\\*\[\]|~$<`]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])|(?<=\{)\{)"
)
# An entity for what a parser of another kind could read before it reads the backslash: HTML, and code spans, which
# Redmine strips with a pattern before it looks for mentions.
_ENTITIES: Final = {"<": "&lt;", "`": "&#96;", "&": "&amp;"}
_LINKABLE: Final = re.compile(r"https?://(?:[A-Za-z0-9._~/?=&:+#,-]|%[0-9A-Fa-f]{2})+")
# The address of an issue becomes a cross-reference at GitHub and GitLab, as its short form does.
_REFERENCE: Final = re.compile(
    r"/(?:issues?|pulls?|pull-requests|merge_requests|work_items|work_packages|commits?|compare|discussions|epics|browse)/"
)
_HASH: Final = r"\\#"  # at the end of a heading, where Markdown would drop it
_START: Final = re.compile(r"[-+=>:;/#]|\d{1,9}(?=[.)])")


def render(document: Document) -> str:
    """Render a document; a line never starts with a slash, which GitLab would run as a quick action."""
    return _render(document, tables=True)


def render_without_tables(document: Document) -> str:
    """Render a document for a Markdown that has no tables, as Trello's: a row is an item of a list."""
    return _render(document, tables=False)


def _render(document: Document, *, tables: bool) -> str:
    blocks: list[str] = []
    for given in document:
        block = _as_list(given) if isinstance(given, Table) and not tables else given
        # Another mark than the list's before, or both would be one list.
        again = bool(blocks) and blocks[-1].startswith("- " if isinstance(block, Bullets) else "1. ")
        if text := _block(block, again=again):
            blocks.append(text)
    return "\n\n".join(blocks)


def _as_list(table: Table) -> Bullets:
    return Bullets([[f"{one_line(name)}: {value}"] for name, value in table.rows])


def _block(block: Block, *, again: bool) -> str:
    match block:
        case Paragraph(line):
            return _lines(line)
        case Heading(text):
            return f"### {re.sub('#$', _HASH, _escape(one_line(text)))}" if one_line(text) else ""
        case Numbered(items):
            return "\n".join(_item(f"{n}{')' if again else '.'} ", item) for n, item in enumerate(items, 1))
        case Bullets(items):
            return "\n".join(_item("* " if again else "- ", item) for item in items)
        case Table(rows):
            cells = "\n".join(f"| {_cell(name)} | {_cell(value)} |" for name, value in rows)
            return f"| | |\n| --- | --- |\n{cells}" if rows else ""
        case Code(text):
            return _code(code_of(text))
        case _:
            return re.sub("^(?=(.?))", lambda line: "> " if line[1] else ">", _lines([block.text]), flags=re.MULTILINE)


def _item(mark: str, line: Line) -> str:
    return mark + re.sub(r"\n(?=.)", "\n" + " " * len(mark), _lines(line))


def _cell(text: str) -> str:
    return "<br>".join(_escape(line) for line in lines_of(clean(text)))


def _code(text: str) -> str:
    if not text:
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    block = f"{fence}\n{text}\n{fence}"
    # GitLab looks for quick actions with a pattern that ends a block at its first ```, the text's own. A fence that is
    # indented by a space takes a space from each line, so that no line starts with a slash.
    return re.sub("^", " ", block, flags=re.MULTILINE) if re.search("^/", text, re.MULTILINE) else block


def _lines(line: Line) -> str:
    parts: list[str] = []
    for span in spans(line):
        if isinstance(span, Link):
            if parts and parts[-1].endswith("!"):  # which would make the link an image
                parts[-1] = parts[-1][:-1] + r"\!"
            parts.append(_link(text_of(span), address_of(span) or ""))
        else:
            parts.append(_escape(span))
    text = "  \n".join(map(_guard, lines_of("".join(parts))))
    return text.replace("  \n  \n", "\n\n")


def _link(text: str, address: str) -> str:
    if text == address and _LINKABLE.fullmatch(address):
        return f"<{address}>"
    return f"[{_escape(text, linked=True)}]({re.sub(r'&(?=#?[A-Za-z0-9]+;)', '&amp;', address)})"


def _guard(line: str) -> str:
    """A line that starts no block, and no quick action of GitLab."""
    start = _START.match(line)
    if start is None:
        return line
    return f"{start[0]}\\{line[start.end() :]}" if start[0].isdigit() else f"\\{line}"


def _escape(text: str, *, linked: bool = False) -> str:
    def escaped(token: re.Match[str]) -> str:
        if token["active"]:
            return f"`{token[0]}`"
        if token["special"]:
            return _ENTITIES.get(token[0], f"\\{token[0]}")
        web = token[0].rstrip(".,:;!?()]'\"*_~&$")
        rest = _TOKEN.sub(escaped, token[0][len(web) :])
        if _LINKABLE.fullmatch(web) and not linked and not _REFERENCE.search(f"{web}/"):
            return f"<{web}>{rest}"
        return f"`{web}`{rest}"

    return _TOKEN.sub(escaped, text)
