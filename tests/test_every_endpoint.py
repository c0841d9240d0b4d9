"""Each client method meets a route in its platform's sandbox; that each operation has both is in test_coverage."""

import inspect
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from server.coverage import ENDPOINT, shape
from tests.starts import ROOT
from tools.kit.client import ApiClient
from tools.kit.platform import Platform
from tools.platforms import PLATFORMS

every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=[p.key for p in PLATFORMS])


def methods(platform: Platform) -> Iterator[tuple[str, str]]:
    """The endpoints that the client's docstrings name, one method an endpoint."""
    own = vars(ApiClient)
    for name, function in inspect.getmembers(platform.client, inspect.iscoroutinefunction):
        if name.startswith("_") or name in own:
            continue
        first = (function.__doc__ or "").strip().split("\n")[0]
        for method, path in ENDPOINT.findall(first):
            yield method, shape(path)


@every_platform
def test_every_client_method_meets_a_route_of_the_sandbox(platform: Platform) -> None:
    routes = {(method, shape(path)) for method, path in platform.sandbox().routes}
    assert not set(methods(platform)) - routes


@every_platform
def test_no_endpoint_is_called_by_two_client_methods(platform: Platform) -> None:
    called = list(methods(platform))
    assert len(called) == len(set(called))


@every_platform
def test_no_two_routes_of_a_sandbox_have_the_same_shape(platform: Platform) -> None:
    """Between such routes the order of the modules would decide."""
    shapes = Counter((method, shape(path)) for method, path in platform.sandbox().routes)
    assert not [route for route, count in shapes.items() if count > 1]


@every_platform
def test_the_sandbox_finds_every_table_of_routes_in_its_package(platform: Platform) -> None:
    folder = ROOT / "tools" / platform.key / "sandbox"
    written = re.compile(r"^@routes\.(get|post|put|patch|delete)\(", re.MULTILINE)
    declared = sum(len(written.findall(file.read_text(encoding="utf-8"))) for file in folder.rglob("*.py"))
    assert declared
    assert len(platform.sandbox().routes) >= declared
