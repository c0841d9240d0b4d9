"""Testomatio: one account over the four API families of Testomat.io."""

from tools.testomatio.client.analytics import AnalyticsCalls
from tools.testomatio.client.plans import PlanCalls
from tools.testomatio.client.projects import ProjectCalls
from tools.testomatio.client.reporting import ReportingCalls
from tools.testomatio.client.results import ResultCalls
from tools.testomatio.client.runs import RunCalls
from tools.testomatio.client.web_runs import WebRunCalls


class Testomatio(ProjectCalls, RunCalls, ResultCalls, PlanCalls, AnalyticsCalls, WebRunCalls, ReportingCalls):
    """One account: a general token sees all its projects, a project token one."""

    __test__ = False
