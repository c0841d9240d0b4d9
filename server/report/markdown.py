"""The report as Markdown, such as for the summary of a CI job; texts of others stand in code, where nothing acts."""

import re
from collections.abc import Iterator
from typing import Final

from server.report.evidence import RULE, Evidence, Line
from tools.kit.text import many

SIGNS: Final = {"evidence against": "❌", "not proven": "⚠️", "nothing found against": "✅", None: "❔"}
SECTIONS: Final = (("against", "Against"), ("not proven", "Not proven"), ("for", "For"))
SPECIAL: Final = re.compile(r"([\\`*{}\[\]<>#|!~&$]|(?<!\w)_|_(?!\w))")
"""Characters that may be mark-up; an underscore within a word is none."""


def as_markdown(evidence: Evidence) -> str:
    """The whole report."""
    return "\n".join(_lines(evidence)).rstrip() + "\n"


def _lines(found: Evidence) -> Iterator[str]:
    yield f"# {escaped(found.title)}: {SIGNS[found.verdict]} {found.headline}"
    yield ""
    if found.why:
        yield f"{escaped(found.why)}"
        yield ""
    scope = f"Scope: {escaped(found.scope)}. " if found.scope else ""
    sandbox = " **Sandbox: invented data.**" if found.is_sandbox else ""
    yield f"{scope}Made {found.made_at}.{sandbox}"
    yield ""
    yield "| against | not proven | for | open bugs | without a result |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    counts = [len(found.speaking(word)) for word, _ in SECTIONS]
    yield f"| {' | '.join(map(str, [*counts, sum(found.open_bugs.values()), found.untested]))} |"
    yield ""
    if found.runs:
        yield "| run | platform | status | passed | failed | blocked | skipped | no result |"
        yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"
        for run in found.runs:
            numbers = [*(run.counts.get(word, 0) for word in ("passed", "failed", "blocked", "skipped"))]
            cells = [_linked(run.title, run.link), run.platform, escaped(run.status), *numbers, run.without_result]
            yield f"| {' | '.join(map(str, cells))} |"
        yield ""
    for word, title in SECTIONS:
        if lines := found.speaking(word):
            yield f"## {title}"
            yield ""
            for line in lines:
                yield from _evidence(line)
            yield ""
    yield "## Sources"
    yield ""
    yield "| platform | rows | read |"
    yield "| --- | ---: | --- |"
    for source in found.sources:
        read = "in full" if source.is_complete else f"not in full: {escaped(source.why)}"
        yield f"| {escaped(source.platform)} | {source.rows} | {read} |"
    yield ""
    for note in found.notes:
        yield f"{escaped(note)}."
        yield ""
    yield f"<sub>{escaped(RULE)}</sub>"


def _evidence(line: Line) -> Iterator[str]:
    named = f"{_linked(line.title, line.link)}: " if line.title else ""
    where = line.platform if line.link and line.title else f"{line.platform}, {code(line.source)}"
    yield f"- {named}{escaped(line.sentence)} ({where})"
    for cause in line.causes:
        yield f"  - {cause.count} x {code(cause.error)} ({escaped(cause.marks)})"
    if line.more_causes:
        yield f"  - {many(line.more_causes, 'more cause')}"
    if line.note:
        yield f"  - {escaped(line.note)}"


def _linked(title: str, link: str) -> str:
    return f"[{code(title)}](<{link}>)" if link else code(title)


def code(text: str) -> str:
    """A text as code, in which no link, picture, mention or mark-up acts."""
    line = " ".join(text.split()).replace("|", "¦") or "-"
    runs = [len(run) for run in re.findall("`+", line)]
    fence = "`" * (max(runs, default=0) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def escaped(text: str) -> str:
    """A text on one line, whose characters are no mark-up; one that may mention somebody stands in code."""
    return code(text) if "@" in text else SPECIAL.sub(r"\\\1", " ".join(text.split()))
