"""The report as one HTML file: no script, nothing from elsewhere, light and dark, fit to print.

Every text is escaped where it is put into the page, and the page's own policy forbids scripts and requests.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final

from server.report.charts import bar, columns, legend, ring
from server.report.evidence import (
    COUNTED,
    EVIDENCE_AGAINST,
    FOUND_NOTHING,
    RULE,
    UNPROVEN,
    Evidence,
    Line,
    RunCounts,
)
from tools.kit.text import many

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
SECTIONS: Final = (
    ("against", "Against the release", "against"),
    ("not proven", "Not proven", "unproven"),
    ("for", "For the release", "for"),
)
KINDS: Final = {EVIDENCE_AGAINST: "against", UNPROVEN: "unproven", FOUND_NOTHING: "for", None: "none"}
STATUSES: Final = {
    "failed": "against",
    "blocked": "against",
    "passed": "for",
    "running": "unproven",
    "queued": "unproven",
}
SIGNS: Final = {
    "against": '<circle cx="12" cy="12" r="10"/><path d="m8.5 8.5 7 7m0-7-7 7"/>',
    "unproven": '<path d="M12 2.6 22.4 20.6H1.6Z"/><path d="M12 9.5v5m0 3v.01"/>',
    "for": '<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-7"/>',
    "none": '<circle cx="12" cy="12" r="10"/><path d="M9.3 9.2a2.8 2.8 0 1 1 3.9 2.6c-.8.4-1.2.9-1.2 2m0 3v.01"/>',
}
SEVERITIES: Final = ("critical", "high", "medium", "low", "unknown")


def as_page(evidence: Evidence) -> str:
    """The whole page."""
    return "".join(_page(evidence))


def _page(found: Evidence) -> Iterator[str]:
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    title = escape(f"{found.title}: {found.headline}")
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    yield f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
    yield from _head(found)
    yield from _tiles(found)
    yield from _charts(found)
    if found.runs:
        yield f"<h2>Runs{_count(len(found.runs))}</h2>\n{_runs(found.runs)}\n"
    for word, heading, kind in SECTIONS:
        if lines := found.speaking(word):
            rows = "".join(_evidence(line, kind) for line in lines)
            yield f"<h2>{heading}{_count(len(lines))}</h2>\n"
            yield f'<section class="card list"><ul class="lines">{rows}</ul></section>\n'
    yield from _sources(found)
    yield f"<footer><p>{escape(RULE)}</p><p>Made by Testdesk from what the platforms answered at"
    yield f" {escape(found.made_at)}. Exit code: {found.code}.</p></footer>\n</main>\n</body>\n</html>\n"


def _head(found: Evidence) -> Iterator[str]:
    kind = KINDS[found.verdict]
    sandbox = '<span class="sandbox">sandbox, invented data</span>' if found.is_sandbox else ""
    yield f'<header><p class="eyebrow">Release report{sandbox}</p><h1>{escape(found.title)}</h1>'
    yield f'<p class="soft">{escape(found.scope)}, made {escape(_moment(found.made_at))}</p></header>\n'
    yield f'<section class="verdict is-{kind}"><svg viewBox="0 0 24 24" aria-hidden="true">{SIGNS[kind]}</svg>'
    yield f"<div><b>{escape(found.headline)}</b><p>{escape(found.why or _in_short(found))}</p></div></section>\n"


def _in_short(found: Evidence) -> str:
    """The weightiest lines in a sentence."""
    against, unproven = found.speaking("against"), found.speaking("not proven")
    bugs = sum(line.sentence.startswith("open bug") for line in against)
    parts = [
        f"{count} {what}"
        for count, what in (
            (len(against) - bugs, _plural("run", len(against) - bugs) + " with failures"),
            (bugs, "open critical or high " + _plural("bug", bugs)),
            (len(unproven), _plural("line", len(unproven)) + " not proven"),
        )
        if count
    ]
    return f"{', '.join(parts)}." if parts else "All current runs passed, and every platform was read in full."


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _moment(at: str) -> str:
    """A time as people write it."""
    return datetime.fromisoformat(at).strftime("%d %b %Y, %H:%M %Z").strip()


def _count(number: int) -> str:
    return f'<span class="count">{number}</span>'


def _tiles(found: Evidence) -> Iterator[str]:
    tiles = [
        (len(found.speaking("against")), "lines against"),
        (len(found.speaking("not proven")), "not proven"),
        (len(found.speaking("for")), "lines for"),
        (sum(found.open_bugs.values()), "open bugs"),
        (found.untested, "without a result"),
        (len(found.runs), "runs counted"),
    ]
    cells = "".join(f'<div class="tile"><b>{number:,}</b><span>{escape(what)}</span></div>' for number, what in tiles)
    yield f'<section class="tiles" aria-label="Numbers">{cells}</section>\n'


def _charts(found: Evidence) -> Iterator[str]:
    cards, totals = [], found.totals
    if whole := sum(totals.values()):
        rate = f"{totals['passed'] * 100 // whole} %"
        label = "Results of all runs: " + ", ".join(f"{count} {word}" for word, count in totals.items() if count)
        chart = ring(totals, rate, "passed", label)
        cards.append(f'<h2>Results of all runs</h2><div class="split">{chart}{legend(totals)}</div>')
    rows = [("open", found.open_bugs), ("confirmed", found.confirmed_bugs)]
    if found.open_bugs or found.confirmed_bugs:
        words = [*SEVERITIES, *(word for _, counts in rows for word in counts if word not in SEVERITIES)]
        cards.append(f"<h2>Bugs by severity</h2>{columns(rows, list(dict.fromkeys(words)))}")
    if cards:
        yield f'<section class="charts">{"".join(f"<div class=card>{card}</div>" for card in cards)}</section>\n'


def _runs(runs: Sequence[RunCounts]) -> str:
    heads = "".join(f'<th class="number" scope="col">{word}</th>' for word in (*COUNTED, "no result"))
    return (
        '<section class="card scroll"><table class="runs"><thead><tr><th scope="col">run</th>'
        f'<th scope="col">results</th>{heads}'
        f"</tr></thead><tbody>{''.join(map(_run, runs))}</tbody></table></section>"
    )


def _run(run: RunCounts) -> str:
    counts = {word: run.counts.get(word, 0) for word in COUNTED} | {"without a result": run.without_result}
    label = f"{run.title}: " + ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    cells = "".join(f'<td class="number{" zero" if not count else ""}">{count:,}</td>' for count in counts.values())
    status = f'<span class="pill {STATUSES.get(run.status, "")}">{escape(run.status)}</span>'
    about = (
        f"<small>{escape(run.platform)}{escape(f', {run.started_at[:10]}') if run.started_at else ''} {status}</small>"
    )
    return (
        f'<tr><th class="name" scope="row">{_linked(run.title, run.link)}{about}</th>'
        f'<td class="wide">{bar(counts, run.total, label)}</td>{cells}</tr>'
    )


def _evidence(line: Line, kind: str) -> str:
    causes = "".join(
        f'<li><span class="times">{cause.count:,}</span><code>{escape(cause.error)}</code>'
        f'<span class="pill">{escape(cause.marks)}</span></li>'
        for cause in line.causes
    )
    if line.more_causes:
        causes += (
            f'<li><span class="times"></span><span class="soft">{many(line.more_causes, "more cause")}</span></li>'
        )
    source = f'<span class="source">{escape(line.source)}</span>' if line.title else ""
    title = f"<b>{_linked(line.title, line.link)}</b>" if line.title else f"<b>{_linked(line.source, line.link)}</b>"
    return (
        f'<li><div class="line-head">{title}<span class="pill {kind}">{escape(line.platform)}</span></div>'
        f'<p class="line-says">{escape(line.sentence)}{source}</p>'
        + (f'<ul class="causes">{causes}</ul>' if causes else "")
        + (f'<p class="note">{escape(line.note)}</p>' if line.note else "")
        + "</li>"
    )


def _sources(found: Evidence) -> Iterator[str]:
    rows = "".join(
        f'<tr><th scope="row">{escape(source.platform)}</th><td>'
        + ("read in full" if source.is_complete else f"not read in full: {escape(source.why)}")
        + f'</td><td class="number">{source.rows:,}</td></tr>'
        for source in found.sources
    )
    yield '<h2>Sources</h2>\n<section class="card"><table><thead><tr><th scope="col">platform</th>'
    yield '<th scope="col">what was read</th><th class="number" scope="col">rows</th></tr></thead>'
    yield f"<tbody>{rows}</tbody></table>"
    yield "".join(f'<p class="note">{escape(note)}</p>' for note in found.notes)
    yield "</section>\n"


def _linked(text: str, link: str) -> str:
    """A text, as a link where there is one; only addresses of the web are links."""
    if not link:
        return escape(text)
    return f'<a href="{escape(link, quote=True)}" rel="noopener noreferrer">{escape(text)}</a>'
