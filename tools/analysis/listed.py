"""The tools of the analysis, and the words that people ask for them with."""

from collections.abc import Mapping
from typing import Final

from tools.analysis import bug_numbers, charts, clusters, duplicates, periods, tests_over_time
from tools.kit.toolset import Toolset
from tools.view import View

TOOLSETS: Final[tuple[Toolset[View], ...]] = (
    duplicates.tool,
    clusters.tool,
    tests_over_time.tool,
    bug_numbers.tool,
    periods.tool,
    charts.tool,
)
HINTS: Final[Mapping[str, str]] = {
    "chart": "graph, plot, picture, diagram, draw, visualize, trend of bugs, pass rate, duration, devices",
    "find_duplicates": "same bug twice, already reported, look-alikes, similar bugs, duplicate candidates, known issue",
    "cluster_failures": "group failures by error, same error everywhere, common cause, first seen, top failure reasons",
    "analyze_tests": "flaky tests, unstable, intermittent, broken since when, history of a test everywhere",
    "bug_statistics": "bugs per device browser tester, how many accepted or rejected, time to triage, metrics",
    "compare_periods": "what changed since the last release, regression since, better or worse than before, trend",
}
