"""Beside v2: the tables of the three other families, login first."""

from tools.kit.sandbox.routes import Routes
from tools.testomatio.sandbox import (
    importing,
    login,
    reporting,
    web_archive,
    web_comments,
    web_people,
    web_projects,
    web_results,
    web_runs,
    web_suites,
    web_templates,
    web_tests,
)
from tools.testomatio.sandbox.world import World

TABLES: tuple[Routes[World], ...] = (
    login.routes,
    web_projects.routes,
    web_suites.routes,
    web_tests.routes,
    web_archive.routes,
    web_runs.routes,
    web_results.routes,
    web_comments.routes,
    web_templates.routes,
    web_people.routes,
    reporting.routes,
    importing.routes,
)
