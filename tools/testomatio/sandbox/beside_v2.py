"""Beside v2: the tables of the three other families, login first, and the pages of the web app."""

from tools.kit.sandbox.routes import Routes
from tools.testomatio.sandbox import (
    importing,
    login,
    reporting,
    web_archive,
    web_authoring,
    web_comments,
    web_pages,
    web_people,
    web_projects,
    web_result_changes,
    web_results,
    web_run_changes,
    web_rungroups,
    web_runs,
    web_suites,
    web_templates,
    web_tests,
    web_ties,
    web_uploads,
)
from tools.testomatio.sandbox.world import World

TABLES: tuple[Routes[World], ...] = (
    login.routes,
    web_projects.routes,
    web_suites.routes,
    web_tests.routes,
    web_authoring.routes,
    web_ties.routes,
    web_uploads.routes,
    web_archive.routes,
    web_runs.routes,
    web_run_changes.routes,
    web_rungroups.routes,
    web_results.routes,
    web_result_changes.routes,
    web_comments.routes,
    web_templates.routes,
    web_people.routes,
    reporting.routes,
    importing.routes,
    web_pages.routes,
)
