"""A working call of most tools of Testomat.io, for the tests that look at answers."""

from tests.tools.testomatio import calls_runs, calls_tests

CALLS = [*calls_tests.CALLS, *calls_runs.CALLS]
