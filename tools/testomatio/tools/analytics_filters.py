"""What reports of analytics are filtered by, and why the platform refuses one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from tools.kit.errors import Invalid, PlatformError, Refused, Unauthorized
from tools.kit.text import quote
from tools.kit.when import time_span
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.results import joined
from tools.testomatio.tools.tql import checked_tql

FEATURE: Final = "api_analytics"
GROUPED: Final = frozenset({"failing", "skipped", "flaky", "slow", "never-executed"})
"""The reports that take group_by."""


@asynccontextmanager
async def explaining(api: Testomatio, project: str, envs: list[str] | None = None) -> AsyncIterator[None]:
    """Explain a refusal of analytics: a plan without them, or an unknown environment.

    Raises:
        PlatformError: with that explanation.
    """
    try:
        yield
    except (Unauthorized, Invalid) as error:
        raise await _explanation(api, project, envs, error) from error


async def _explanation(api: Testomatio, project: str, envs: list[str] | None, error: PlatformError) -> PlatformError:
    try:
        info = await api.project_info(project)
    except PlatformError:
        return error
    if isinstance(error, Unauthorized) or error.status == 402:
        if FEATURE not in info.features:
            return Invalid(
                "The plan of this project has no analytics over the API. testomatio_get_run_stats and "
                "testomatio_list_results work without it.",
                status=error.status,
            )
        return error
    if unknown := [env for env in envs or () if env not in info.environments]:
        known = ", ".join(quote(env, at_most=60) for env in info.environments[:50]) or "none"
        return Invalid(f"No environment {', '.join(unknown)[:200]!r}; the project has {known}.", status=error.status)
    return error


async def analytics_filters(
    api: Testomatio, tql: str | None, days: int | None, since: str | None, until: str | None, envs: list[str] | None
) -> tuple[list[tuple[str, str | int]], str | None]:
    """The filters that all analytics share, and a note on their time span."""
    if days is not None and (since is not None or until is not None):
        raise Refused("Give days, or since and until, not both: the platform would ignore days.")
    query: list[tuple[str, str | int]] = [("q", checked_tql(tql, "tests"))] if tql is not None else []
    query += [("days", days)] if days is not None else []
    span = await time_span(api, since, until)
    query += [("from", f"{span.since:%Y-%m-%d}")] if span.since else []
    query += [("to", f"{span.until:%Y-%m-%d}")] if span.until else []
    return query + ([("envs", joined(envs, "An environment"))] if envs else []), span.note


def check_parameters(kind: str, **only: tuple[Any, frozenset[str]]) -> None:
    """Check that each parameter belongs to this report.

    Raises:
        Refused: for one that the platform would ignore or refuse.
    """
    for name, (value, kinds) in only.items():
        if value is not None and kind not in kinds:
            raise Refused(f"{name} is for {', '.join(sorted(kinds))}, not for {kind}.")
