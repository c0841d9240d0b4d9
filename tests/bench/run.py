"""Measures what a start, a call and a long list cost, as ratios to the SDK alone, and holds them to their limits.

python tests/bench/run.py             all of it, in under two minutes
python tests/bench/run.py --quick     fewer repetitions, in under twenty seconds
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.bench import analysis, growth, in_process, on_stdio, redaction, scale, telemetry
from tests.bench.figures import Figure, markdown, table
from tests.bench.on_stdio import Rounds
from tests.bench.served import Broken
from tests.bench.stage import Stage, stage

README = Path(__file__).resolve().parent.parent.parent / "README.md"
BEGIN, END = "<!-- begin performance -->", "<!-- end performance -->"

FULL = Rounds(starts=15, calls=600, lists=7)
QUICK = Rounds(starts=3, calls=100, lists=1)

PARTS: dict[str, Callable[[Stage, Rounds], list[Figure]]] = {
    "starts": on_stdio.starts,
    "first calls": on_stdio.first_calls,
    "calls": on_stdio.calls,
    "lists": on_stdio.lists,
    "road": lambda on, rounds: in_process.road(on, rounds.calls),
    "scale": lambda on, rounds: scale.scale(on, min(rounds.lists, 3)),
    "growth": lambda on, rounds: growth.growth(on, is_quick=rounds == QUICK),
    "analysis": lambda on, rounds: analysis.analysis(on, min(rounds.lists, 3)),
    "telemetry": lambda on, rounds: telemetry.telemetry(rounds.calls),
    "redaction": lambda on, rounds: redaction.redaction(rounds.lists),
    "sizes": lambda on, rounds: on_stdio.sizes(on),
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        description="Measure what a start, a call and a long list cost, beside the SDK alone.",
        epilog="exit codes: 0 measured, 1 a limit is missed and --strict was given, 2 something broke",
    )
    top.add_argument("--quick", action="store_true", help="fewer repetitions, for a first look")
    top.add_argument("--strict", action="store_true", help="end with 1 when a limit is missed")
    top.add_argument("--only", action="append", choices=PARTS, help="measure this part alone; may be repeated")
    top.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    top.add_argument("--readme", action="store_true", help="write the table into README.md as well")
    top.add_argument("--markdown", action="store_true", help="print the table for a page of Markdown")
    return top


def measure(parts: list[str], rounds: Rounds) -> tuple[list[Figure], list[str]]:
    """Run the parts on one stage."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="testdesk-bench-") as scratch, stage(Path(scratch)) as on:
        for part in parts:
            print(f"measuring {part} ...", file=sys.stderr, flush=True)
            figures += PARTS[part](on, rounds)
        return figures, on.notes


def main() -> int:
    asked = parser().parse_args()
    began, load = time.monotonic(), os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    try:
        figures, notes = measure(asked.only or list(PARTS), QUICK if asked.quick else FULL)
    except Broken as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    notes.append("Times are medians; a ratio of times is the median of the ratios of neighbours.")
    machine = {
        "python": platform.python_version(),
        "mcp": version("mcp"),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load before": round(load, 1),
    }
    missed = [figure.name for figure in figures if figure.is_met is False]
    if asked.markdown:
        print(markdown(figures))
    else:
        print(table(figures))
        print()
        for note in notes:
            print(note)
        print("; ".join(f"{name} {value}" for name, value in machine.items()) + ".")
        print(f"{len(missed)} limits missed{': ' if missed else ''}{', '.join(missed)}. ", end="")
        print(f"It took {time.monotonic() - began:.0f} s.")
    if asked.readme:
        page = README.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2]
        README.write_text(f"{before}{BEGIN}\n{markdown(figures)}\n{END}{after}", encoding="utf-8")
    if asked.json:
        told = {"machine": machine, "notes": notes, "missed": missed, "figures": [f.as_json for f in figures]}
        asked.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 1 if asked.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())
