"""Completes the arguments of prompts that concern all platforms: versions, ages, platforms."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tools.kit.survey import Query
from tools.kit.text import clean
from tools.kit.toolset import no_progress
from tools.kit.when import milliseconds
from tools.view import View, query_platforms, resolve_time

LATELY: Final = "60d"
"""How far back the titles of runs are searched for versions."""
MOST_RUNS: Final = 100
_VERSION: Final = re.compile(r"(?<![\w.-])v?\d{1,4}(?:\.\d{1,4}){1,3}(?![\w.-]*\d)")

Suggest = Callable[[View, str], Awaitable[list[str]]]


async def versions(view: View, typed: str) -> list[str]:
    """Versions in the titles of the newest runs."""
    platforms = view.chosen(None)
    time = await resolve_time(view, platforms, LATELY, None)
    query = Query(since=time.since, limit=MOST_RUNS)
    answers = await query_platforms(view, platforms, lambda survey, api: survey.runs(api, query), no_progress)
    rows = sorted((row for _, rows in answers for row in rows), key=lambda row: -milliseconds(row.started_at))
    found = dict.fromkeys(version for row in rows for version in _VERSION.findall(clean(row.title or "")))
    return [version for version in found if version.startswith(typed.strip())]


async def ages(view: View, typed: str) -> list[str]:
    """Ages as people give them most."""
    return [age for age in ("1d", "7d", "14d", "30d", "90d") if age.startswith(typed.strip())]


async def platform_keys(view: View, typed: str) -> list[str]:
    """The keys of the platforms."""
    return [key for key in view.platforms if key.startswith(typed.strip().casefold())]


COMPLETIONS: Final[Mapping[str, Suggest]] = {
    "version": versions,
    "since": ages,
    "until": ages,
    "platform": platform_keys,
}
"""By the name of the argument."""
