"""Recall and precision on the half of the corpus that no rule was written by: for a terminal and for docs/security.md.

python -m tests.redaction.report            print the figures
python -m tests.redaction.report --write    write them into docs/security.md as well
"""

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from server.guards.redact import Redactor
from tests.redaction.corpus import HALVES, SEED, Half, corpus
from tests.redaction.measure import Score, measure, total
from tests.redaction.values import held_secrets

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "security.md"
BEGIN, END = "<!-- begin redaction -->", "<!-- end redaction -->"
TARGETS: Final = {"clear": 0.98, "context": 0.75, "precision": 0.98}
FORMS: Final = {"clear": "clear by themselves", "context": "that need their context"}
Scores = dict[tuple[str, str], Score]


@cache
def scores(half: Half) -> Scores:
    """The scores of one half; its redactor holds the credentials that stand in its texts."""
    return measure(corpus(half), Redactor(held_secrets(f"{SEED}/{half}")).find_secrets)


def share(value: float) -> str:
    return f"{value:.3f}"


def markdown(of: Scores) -> str:
    """The figures for a page: in all, the kinds with a miss or a wrong mask, and the names of the others."""
    every = total(of, "clear", "context", "harmless")
    lines = ["| What | Texts | Kinds | Figure | Target |", "|---|---|---|---|---|"]
    for group, form in FORMS.items():
        score = total(of, group)
        lines.append(
            f"| Recall, forms {form} | {score.texts} | {_kinds(of, group)} | {share(score.recall)} "
            f"| at least {TARGETS[group]} |"
        )
    harmless = sum(one.group == "harmless" for one in corpus("measuring"))
    lines += [
        f"| Precision, {every.masks} masks | {every.texts + harmless} | {len(of)} | {share(every.precision)} "
        f"| at least {TARGETS['precision']} |",
        "",
        "| Kind | Secrets found | Wrong masks |",
        "|---|---|---|",
    ]
    spoilt = {key: score for key, score in of.items() if score.missed or score.wrong}
    for (_, kind), score in sorted(spoilt.items()):
        found = f"{score.found} of {score.texts}" if score.texts else ""
        lines.append(f"| {kind} | {found} | {len(score.wrong) or ''} |")
    for group, what in (("clear", "Found"), ("context", "Found by their context"), ("harmless", "Left alone")):
        names = sorted(kind for key, kind in of if key == group and (key, kind) not in spoilt)
        lines += ["", f"{what}, every text: {', '.join(names)}."]
    return "\n".join(lines)


def _kinds(of: Scores, group: str) -> int:
    return sum(key == group for key, _ in of)


def table(of: Scores) -> Iterable[str]:
    """The figures for a terminal: every kind, then all of them together."""
    for (group, kind), score in of.items():
        recall = f"{score.found:4} of {score.texts:4}" if score.texts else " " * 12
        yield f"{group:9} {kind:28} {recall}   masks {score.masks:4}, wrong {len(score.wrong)}"
    clear, context = total(of, "clear"), total(of, "context")
    every = total(of, "clear", "context", "harmless")
    yield f"recall {share(clear.recall)} clear, {share(context.recall)} context; precision {share(every.precision)}"


def main() -> None:
    for half in HALVES:
        print(f"== {half} half")
        print("\n".join(table(scores(half))))
    if "--write" in sys.argv[1:]:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{markdown(scores('measuring'))}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
