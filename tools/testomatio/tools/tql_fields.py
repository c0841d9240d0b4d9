"""The fields of TQL, Testomat.io's query language, as its documentation lists them."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["tests", "runs"]
Sort = Literal["text", "name", "priority", "date", "seconds", "count", "yes"]
"""What a field holds. `text`: words, also searched with %; `name`: one of a set; `yes`: true or false."""

ORDERED: Final = frozenset({"priority", "date", "seconds", "count"})
"""The kinds of fields that > and < can compare."""
PRIORITIES: Final = ("low", "normal", "important", "high", "critical")
STATES: Final = ("manual", "automated", "detached", "sync", "unsync")
MOMENTS: Final = frozenset({"second", "minute", "hour", "day", "week", "month"})


@dataclass(frozen=True)
class TqlField:
    """A field that can be compared."""

    sort: Sort
    meaning: str


TESTS: Final[dict[str, TqlField]] = {
    "tag": TqlField("name", "tag, without @"),
    "label": TqlField("name", "label by its title; with a value 'Severity:critical', emoji and all"),
    "priority": TqlField("priority", " < ".join(PRIORITIES)),
    "state": TqlField("name", ", ".join(STATES)),
    "status": TqlField("name", "result of its last run: passed, failed, skipped, pending"),
    "custom_status": TqlField("text", "custom status of its last result"),
    "suite": TqlField("text", "title or id of its suite; % uses only the first suite that fits"),
    "test": TqlField("text", "title or id of the test"),
    "issue": TqlField("name", "linked issue, by URL or key"),
    "jira": TqlField("name", "linked Jira issue, by key"),
    "milestone": TqlField("name", "milestone by its title"),
    "assigned_to": TqlField("name", "person by display name"),
    "created_by": TqlField("name", "person by display name"),
    "executed_by": TqlField("name", "person by display name; with `and executed_at ...` one and the same result"),
    "executed_at": TqlField("date", "when it was executed"),
    "last_run_at": TqlField("date", "when it last ran"),
    "created_at": TqlField("date", "creation time"),
    "updated_at": TqlField("date", "time of the last change"),
    "shared": TqlField("yes", "whether it comes from another project"),
}

RUNS: Final[dict[str, TqlField]] = {
    "title": TqlField("text", "title of the run"),
    "plan": TqlField("text", "title or id of its plan"),
    "rungroup": TqlField("text", "title or id of its group"),
    "env": TqlField("name", "environment"),
    "tag": TqlField("name", "tag, without @"),
    "label": TqlField("name", "label of the run, by its title"),
    "jira": TqlField("name", "linked Jira issue, by key"),
    "milestone": TqlField("name", "milestone by its title"),
    "duration": TqlField("seconds", "how long it took"),
    "passed_count": TqlField("count", "results passed"),
    "failed_count": TqlField("count", "results failed"),
    "skipped_count": TqlField("count", "results skipped"),
    "has_test": TqlField("text", "holds a test, by title or id"),
    "has_test_tag": TqlField("name", "holds a test with this tag"),
    "has_test_label": TqlField("name", "holds a test with this label"),
    "has_suite": TqlField("text", "holds tests of a suite; % uses only the first suite that fits"),
    "has_message": TqlField("text", "a result has this message"),
    "has_custom_status": TqlField("name", "a result has this custom status"),
    "has_assigned_to": TqlField("name", "a result is assigned to this person, by display name"),
    "has_priority": TqlField("priority", "holds a test of this priority"),
    "has_test_duration": TqlField("seconds", "a result took this long"),
    "has_retries": TqlField("count", "results that were repeated"),
    "has_defect": TqlField("name", "a result has a defect"),
    "created_at": TqlField("date", "creation time"),
    "updated_at": TqlField("date", "time of the last change"),
    "launched_at": TqlField("date", "when it was started"),
    "finished_at": TqlField("date", "when it ended"),
}

FLAGS: Final[dict[Kind, tuple[str, ...]]] = {
    "tests": (),
    "runs": (
        *("automated", "manual", "mixed", "finished", "unfinished", "passed", "failed", "terminated"),
        *("published", "private", "archived", "unarchived", "with_defect"),
    ),
}
"""Words that are written alone, without a comparison."""

ALSO_FLAGS: Final = frozenset({"shared", "has_defect", "has_retries"})
"""Fields of which the documentation does not say what to compare them with; they may also be written alone."""

SYNONYMS: Final[dict[Kind, dict[str, str]]] = {
    "tests": {"title": "test", "name": "test", "id": "test", "assignee": "assigned_to", "author": "created_by"},
    "runs": {"name": "title", "status": "passed, failed or finished", "environment": "env", "group": "rungroup"},
}
"""Words that people try for a field, and its name."""

FIELDS: Final[dict[Kind, dict[str, TqlField]]] = {"tests": TESTS, "runs": RUNS}
