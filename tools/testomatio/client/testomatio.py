"""Testomatio: one account over the four API families of Testomat.io."""

from tools.testomatio.client.projects import ProjectCalls


class Testomatio(ProjectCalls):
    """One account: a general token sees all its projects, a project token one."""

    __test__ = False
