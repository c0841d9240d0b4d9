"""Testomatio: one account on the four API families of Testomat.io."""

from typing import ClassVar

from tools.testomatio.client.analytics import AnalyticsCalls
from tools.testomatio.client.labels import LabelCalls
from tools.testomatio.client.links import LinkCalls
from tools.testomatio.client.plans import PlanCalls
from tools.testomatio.client.projects import ProjectCalls
from tools.testomatio.client.reach import REACHABLE
from tools.testomatio.client.reporting import ReportingCalls
from tools.testomatio.client.results import ResultCalls
from tools.testomatio.client.runs import RunCalls
from tools.testomatio.client.steps import StepCalls
from tools.testomatio.client.suites import SuiteCalls
from tools.testomatio.client.tests import TestCalls
from tools.testomatio.client.web_runs import WebRunCalls
from tools.testomatio.client.web_tests import WebTestCalls


class Testomatio(
    ProjectCalls,
    TestCalls,
    SuiteCalls,
    LabelCalls,
    StepCalls,
    LinkCalls,
    WebTestCalls,
    RunCalls,
    ResultCalls,
    PlanCalls,
    AnalyticsCalls,
    WebRunCalls,
    ReportingCalls,
):
    """One account: a general token sees all its projects, a project token one."""

    __test__ = False

    reachable = REACHABLE
    at_once: ClassVar[int] = 20
    """No rate is documented, only a monthly quota of writes; the vendor's own MCP server has no limit at all."""
