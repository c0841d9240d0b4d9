"""An account at scale: whole lists over sections and past a broken record, and the memory they take."""

import re
from typing import Any

from tests.bench.figures import Figure, Samples
from tests.bench.served import Broken, Process, Way, call, result, running, surroundings
from tests.bench.stage import Stage

SANDBOX = ("-m", "server", "sandbox", "--port", "0", "--profile", "scale")
PRODUCTS, BUGS, TESTS, STORIES = 225, 20_000, 160, 1_000
LARGE = 101
"""The product with the most of everything; one of its tests cannot be shown by the platform itself."""


def scale(on: Stage, lists: int) -> list[Figure]:
    """Read each long list of the account whole, a few times, and see that nothing is missing."""
    with running(Way(SANDBOX, surroundings(on.scratch, {}))) as sandbox:
        base = {"TESTIO_API_TOKEN": "x", "TESTIO_BASE_URL": f"{origin(sandbox)}/testio/customer/v2"}
        with running(Way(("-m", "server", "serve"), surroundings(on.scratch, base))) as ours:
            figures = [
                _figure(ours, lists, "scale_products", PRODUCTS, "testio_list_products"),
                _figure(ours, lists, "scale_tests", TESTS, "testio_list_exploratory_tests", product_id=LARGE),
                _figure(ours, lists, "scale_stories", STORIES, "testio_list_user_stories", product_id=LARGE),
                _figure(ours, lists, "scale_bugs", BUGS, "testio_list_bugs"),
            ]
            held = ours.peak_memory()
    if held is not None:
        figures.append(Figure("scale_memory", "account at scale: peak memory after all of these", "MiB", held))
    return figures


def _figure(ours: Process, times: int, name: str, expected: int, tool: str, **arguments: Any) -> Figure:
    samples, asks = Samples(), call(tool, limit=10, **arguments)
    for _ in range(max(1, times)):
        seconds, answer = ours.timed(asks)
        coverage = result(answer)["structuredContent"]["coverage"]
        holes = int((re.search(r"(\d+) left out", coverage.get("why", "")) or ["0", "0"])[1])
        if coverage["loaded"] + holes != expected:
            raise Broken(f"{tool} did not read the whole account: {coverage}")
        samples.add(seconds)
    what = f"account at scale: {tool.removeprefix('testio_').replace('_', ' ')}, {expected:,} read"
    return Figure(name, what, "ms", samples.median * 1000)


def origin(sandbox: Process) -> str:
    """The address that the sandbox says it is at."""
    found = re.search(rb"http://127\.0\.0\.1:\d+", sandbox.read())
    if found is None:
        raise Broken("the sandbox did not say where it is")
    return found[0].decode()
