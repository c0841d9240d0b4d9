"""Renders what is known about a change as Markdown, for a comment of a CI job.

Whatever a platform or a commit wrote is code here, in which no renderer finds a link, an image or a name to notify.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.kit.text import clean, many

NOTHING: Final = "Nothing of it matches."
Row = Mapping[str, Any]


def code(text: object) -> str:
    """A text of others on one line, as code."""
    line = " ".join(clean(str(text)).split())
    ticks = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}" if line else ""


def render(data: Row, origin: str) -> str:
    """The page of an answer of `plan_inputs`, as the server shapes it."""
    lines = [f"# What is known about {code(origin)}", "", f"{code(data['scope'])}. {data['rule']}", ""]
    lines += [f"Words: {', '.join(map(code, data['words']))}", ""]
    if data.get("note"):
        lines += [data["note"], ""]
    if data.get("runs"):
        lines += [*_section("Runs of the version", data["runs"], _run), ""]
    for title, name, row in (
        ("Tests to consider", "cases", _case),
        ("Untested", "untested", _gap),
        ("Bugs of the area", "bugs", _bug),
        ("Features and folders", "areas", _area),
        ("Crowd tests of like kind", "crowd_tests", _crowd),
    ):
        lines += [*_section(title, data.get(name, []), row), ""]
    if data.get("devices"):
        devices = [f"{code(row['device'])} {row['bugs']}" for row in data["devices"]]
        lines += [f"Devices of these bugs: {', '.join(devices)}", ""]
    if data.get("left_out"):
        lines += [f"{data['left_out']}.", ""]
    lines += ["## Sources", "", *_sources(data["sources"])]
    if "source" in data:
        lines += ["", f"{code(data['source'])}"]
    return "\n".join(lines) + "\n"


def _section(title: str, rows: list[Row], row: Any) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    if not rows:
        yield NOTHING
    for one in rows:
        yield f"- {row(one)}"


def _named(row: Row, id_name: str = "id") -> str:
    """A row by its title, with where it is."""
    places = [row["platform"], code(row[id_name]) if row.get(id_name) else "", code(row.get("where", ""))]
    return f"{code(row.get('title', '(no title)'))} ({', '.join(filter(None, places))})"


def _because(row: Row) -> str:
    return f"; {row['score']}: {', '.join(map(code, row.get('matched', [])))}"


def _case(row: Row) -> str:
    last = f"last {row['last']} {row.get('last_at', '')}".rstrip() if "last" in row else "no result"
    facts = [last, f"{row['trend']} {code(row['pattern'])}" if row.get("pattern") else ""]
    facts += [f"{row['in_version']} in the version" if "in_version" in row else "", code(row.get("place", ""))]
    return f"{_named(row)}: {', '.join(filter(None, facts))}{_because(row)}"


def _gap(row: Row) -> str:
    where = f" in run {code(row['run_id'])}" if "run_id" in row else ""
    return f"{_named(row)}: {row['what']}{where}" if "title" in row else code(row["what"])


def _bug(row: Row) -> str:
    facts = [row["severity"], code(row["said"]) if "said" in row else "", code(row.get("status", ""))]
    facts += [code(row.get("feature", "")), *map(code, row.get("devices", []))]
    return f"{_named(row, 'bug_id')}: {', '.join(filter(None, facts))}{_because(row)}"


def _area(row: Row) -> str:
    facts = [row["kind"], f"in {code(row['inside'])}" if "inside" in row else ""]
    facts.append(many(row["cases"], "test case") if "cases" in row else "")
    return f"{_named(row)}: {', '.join(filter(None, facts))}{_because(row)}"


def _crowd(row: Row) -> str:
    facts = [code(row.get("kind", "")), *map(code, row.get("features", []))]
    facts += [f"{row['hours']:g} h" if "hours" in row else "", many(row["bugs"], "bug") if "bugs" in row else ""]
    facts += [many(row["testers"], "tester") if "testers" in row else ""]
    facts += [many(row["devices"], "device") if "devices" in row else ""]
    facts += [f"found {', '.join(map(code, row['found']))}" if "found" in row else ""]
    return f"{_named(row, 'run_id')}: {', '.join(filter(None, facts))}{_because(row)}"


def _run(row: Row) -> str:
    counts = [f"{row[name]} {name}" for name in ("failed", "bugs") if row.get(name)]
    counts += [f"{row['total']} in all"] if row.get("total") else []
    return f"{_named(row, 'run_id')}: {', '.join([row['status'], *counts])}"


def _sources(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        account = f", account {code(row['account'])}" if "account" in row else ""
        why = f": {code(row['why'])}" if "why" in row else ""
        none = f"; it has no {', no '.join(row['has_no'])}" if "has_no" in row else ""
        read = "all was read" if row["complete"] else "not all was read"
        yield f"- {row['platform']}{account}: {many(row['rows'], 'row')}, {read}{why}{none}"
