"""Why a run failed: its failures grouped by error, each new, known or flaky, and why two counts differ."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from tools.kit.failure_groups import NO_WORDS, Group, first_words, group_failures
from tools.kit.history import Mark
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.vocabulary import Said

NAMED: Final = 5
"""Tests named per group; the rest is counted."""
MARKS: Final[tuple[Mark, ...]] = ("new", "flaky", "known", "no history")
ERROR: Final = 300
"""Characters of an error in a group."""


@dataclass(frozen=True)
class Failure:
    """One failure in a run, in the terms that all platforms share."""

    id: str | None
    title: str | None
    error: str | None
    mark: Mark = "no history"
    said: str | None = None


class FailedIn(Answer):
    """A test that failed, or a bug that was reported."""

    id: Key | None = None
    title: Untrusted | None = None
    mark: Key = Field(description="new, known, flaky, or no history, against earlier runs.")
    said: Said = None


class ErrorGroup(Answer):
    """Failures whose errors differ only in numbers, ids and times."""

    error: Untrusted | None = Field(None, description="Of one of them.")
    count: int
    marks: str = Field(description="How many of them are new, flaky, known.")
    failed: list[FailedIn]
    more: int | None = None


def error_groups(failures: Sequence[Failure], *, is_ranked: bool = False) -> list[Group[Failure]]:
    """Group failures by error, groups with new ones first, then the largest; ranked ones keep their order."""
    groups = group_failures(failures, lambda failure: failure.error)
    if is_ranked:
        return sorted(groups, key=lambda group: failures.index(group.members[0]))
    return sorted(groups, key=lambda group: (-_count(group.members, "new"), -len(group.members)))


def render_group(group: Group[Failure], *, named: int = NAMED, error: int = ERROR) -> ErrorGroup:
    """A group as an answer shows it, its new failures first."""
    members = sorted(group.members, key=lambda one: MARKS.index(one.mark))
    return ErrorGroup(
        error=first_words(members[0].error, error) or NO_WORDS,
        count=len(members),
        marks=describe_marks(members),
        failed=[FailedIn(id=one.id, title=one.title, mark=one.mark, said=one.said) for one in members[:named]],
        more=len(members) - named if len(members) > named else None,
    )


def describe_marks(failures: Iterable[Failure]) -> str:
    """Say how many failures are new, flaky and known."""
    counts = Counter(one.mark for one in failures)
    return ", ".join(f"{counts[mark]} {mark}" for mark in MARKS if counts[mark]) or "none"


def _count(failures: Iterable[Failure], mark: Mark) -> int:
    return sum(one.mark == mark for one in failures)


def why_counts_differ(
    run_counts: Mapping[str, int | None], result_counts: Mapping[str, int], among: Mapping[str, int]
) -> str | None:
    """Say why a run's own counts differ from those of its results; None if they agree or it has none.

    `among` describes results that a run may count differently, such as retried tests.
    """
    differing = [
        (word, own, result_counts.get(word, 0))
        for word, own in run_counts.items()
        if own is not None and own != result_counts.get(word, 0)
    ]
    if not differing:
        return None
    said = ", ".join(f"{own} {word}" for word, own, _ in differing)
    found = ", ".join(f"{count} {word}" for word, _, count in differing)
    known = [f"{count} {what}" for what, count in among.items() if count]
    reason = f"among these are {' and '.join(known)}" if known else "the run's own counts may lag behind"
    return f"The run counts {said}; its results hold {found}: {reason}."
