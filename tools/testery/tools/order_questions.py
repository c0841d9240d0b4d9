"""The question before machines start: which tests, of which version, where, and how many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tools.kit.question import render_list
from tools.kit.text import given, many, quote, word
from tools.testery.client.runs import PAGE
from tools.testery.client.testery import Testery
from tools.testery.models.orders import RunOrder, VariableToSet
from tools.testery.models.runs import Run
from tools.testery.models.schedules import Schedule

MOST_NAMED: Final = 20
"""Schedules that a question names; the rest are counted."""


@dataclass(frozen=True)
class Size:
    """The likely number of tests of an order: that of the last finished run of the same kind."""

    tests: int | None
    run_id: int | None = None
    same_choice: bool = True
    """Whether that run had the same tags and patterns."""


def size_of(order: RunOrder, runs: Iterable[Run]) -> Size:
    """Find the last finished run of the same project and suite, preferably with the same tags and patterns."""
    suite_id = order.suite.id if order.suite is not None else None
    like = [
        run
        for run in runs
        if run.project_id == order.project.id
        and run.test_suite_id == suite_id
        and run.status in {"passed", "failed"}
        and run.total
        and (run.copies or 1) == 1
    ]
    same = [run for run in like if selects_same_tests(order, run)]
    found = next(iter(same or like), None)
    return Size(None) if found is None else Size(found.total, found.id, bool(same))


def selects_same_tests(order: RunOrder, run: Run) -> bool:
    """Whether a run had the same tags and patterns; the API adds a prefix to patterns."""
    patterns = [pattern.removeprefix("Regex: ") for pattern in run.filters]
    return (
        sorted(order.include_tags or ()) == sorted(run.include_tags)
        and sorted(order.exclude_tags or ()) == sorted(run.exclude_tags)
        and sorted(order.name_patterns or ()) == sorted(patterns)
    )


def size_line(order: RunOrder, size: Size) -> str:
    """The size of an order: copies, runners and tests, multiplied."""
    copies = many(order.copies, "copy", "copies")
    runners = "the project's number of runners"
    at_once = ""
    if order.runners is not None:
        runners = many(order.runners, "runner")
        at_once = f", on up to {order.copies * order.runners} machines at once"
    if size.tests is None:
        why = f"none of the newest {PAGE} runs was a finished one of this project and suite"
        return f"- Size: {copies} x {runners} x an unknown number of tests ({why}){at_once}"
    other = "" if size.same_choice else ", which had other tags or patterns"
    return (
        f"- Size: {copies} x {runners} x {size.tests} tests (as in run {size.run_id}{other}): "
        f"{order.copies * size.tests} tests to run{at_once}"
    )


def order_lines(order: RunOrder, size: Size) -> list[str]:
    """What is run, of which version and with what; variables by name only."""
    tags = order.include_tags
    facts = [
        ("Suite", order.suite and quote(order.suite.name or order.suite.id, at_most=300)),
        ("Tags", tags is not None and (render_list(tags) if tags else "all, whatever testery.yml says")),
        ("Without tags", order.exclude_tags and render_list(order.exclude_tags)),
        ("Only tests named like", order.name_patterns and render_list(order.name_patterns)),
        ("Version", version_of(order)),
    ]
    lines = [f"- {name}: {value}" for name, value in facts if value]
    lines.append(size_line(order, size))
    more = [
        ("Failed tests", order.retry_failed and "tried once more"),
        ("Parallel", None if order.by_file is None else "by file" if order.by_file else "by test"),
        ("Run stopped after", order.timeout_minutes and many(order.timeout_minutes, "minute")),
        ("Test stopped after", order.test_timeout_seconds and many(order.test_timeout_seconds, "second")),
        ("Variables set", names_to_set(order.variables)),
    ]
    return lines + [f"- {name}: {value}" for name, value in more if value]


def names_to_set(variables: Sequence[VariableToSet]) -> str:
    """The names of variables to set, and which of them are not encrypted."""
    plain = " (not encrypted)"
    return ", ".join(f"{given(one.key)}{plain if one.encrypted is False else ''}" for one in variables)


def version_of(order: RunOrder) -> str:
    """The version to test."""
    version = [("branch", order.branch), ("commit", order.commit), ("build", order.build)]
    parts = [f"{name} {given(value)}" for name, value in version if value]
    if order.latest_deploy:
        parts.append("the one deployed to the environment last")
    return ", ".join(parts) or "not given, so the platform's default; that takes a project with a Git connection"


def place(order: RunOrder) -> str:
    """The project and environment of an order."""
    project, environment = order.project, order.environment
    where = f" at {quote(environment.url, at_most=300)}" if environment.url else ""
    return f"project {word(project.key)} on environment {word(environment.key)}{where}"


def queue_lines(order: RunOrder, runs: Iterable[Run]) -> list[str]:
    """Limits and queued runs: the platform cancels a queued run in favour of a newer one of the same kind."""
    lines = []
    if order.environment.at_once:
        lines.append(f"- The environment takes {order.environment.at_once} at a time; further runs wait.")
    waiting = [
        run
        for run in runs
        if run.said == "QUEUED"  # not SUBMITTED, which lasts for moments: the question must not change meanwhile
        and run.project_id == order.project.id
        and order.environment.is_where(run.environment_key, run.environment_id)
    ]
    if waiting:
        named = ", ".join(f"{run.id} {quote(run.name or '')}" for run in waiting)
        lines.append(f"- Queued there already, and cancelled by the platform if of the same kind: {named}")
    return lines


def name_schedules(schedules: Sequence[Schedule]) -> str:
    """How many schedules, and their ids and names."""
    if not schedules:
        return "none that is known"
    named = "; ".join(f"{one.id} {quote(one.name or '')}" for one in schedules[:MOST_NAMED])
    more = f" and {len(schedules) - MOST_NAMED} more" if len(schedules) > MOST_NAMED else ""
    return f"{len(schedules)} ({named}{more})"


def git_lines(report_to_git: bool, status_name: str | None) -> list[str]:
    """What others will see on the commit."""
    if not report_to_git:
        return [f"- The commit gets no status in Git; the name {given(status_name)} is not used"] if status_name else []
    named = f" named {given(status_name)}" if status_name else ""
    return [f"- The commit gets a status in Git{named}, which others see"]


async def maintenance_lines(api: Testery) -> list[str]:
    """The maintenance windows that are open now, from the status page; none if it does not answer."""
    lines = []
    for window in await api.maintenances() or ():
        until = f" until {quote(window.until, at_most=40)}" if window.until else ""
        lines.append(f"- The platform is under maintenance{until}, its status page says: {quote(window.name or '')}")
    return lines
