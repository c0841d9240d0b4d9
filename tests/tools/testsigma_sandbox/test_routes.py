"""The table of routes: those that the reference lists, and no other."""

import tomllib

from server.coverage import ROOT, shape
from tools.testsigma.sandbox.build import MOUNT, build
from tools.testsigma.sandbox.old_host import OLD_MOUNT


def test_the_routes_are_those_of_the_reference() -> None:
    reference = tomllib.loads((ROOT / "tools/testsigma/operations.toml").read_text(encoding="utf-8"))
    operations = [(operation["method"], shape(operation["path"])) for operation in reference["operation"]]
    assert sorted((method, shape(path)) for method, path in build().routes) == sorted(operations)
    assert len(operations) == reference["expected"]


def test_the_old_host_stands_beside_the_api() -> None:
    assert list(build().mounts) == [MOUNT, OLD_MOUNT] == ["/testsigma/api/v1", "/testsigma/old/api/v1"]


def test_the_switches_are_an_action() -> None:
    assert build().actions == ["switches"]
