"""Logs: the output of a test, always the same for the same result."""

from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from tools.testery.sandbox.records import Outcome, Run
from tools.testery.sandbox.story.scripted import HOTFIX, LONG_LOG_TEST

LONG = 200_000
"""Length in characters of the one very long log."""

PASSWORD = "Winter2019!harbour"  # noqa: S105 - invented, for the tests of redaction
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vIn0.ZGVtby1zaWduYXR1cmU"  # noqa: S105 - invented
API_KEY = "hk_live_4711demo0815demo4711demo0815demo"

_LEAKED_LINES = (
    f"login of the mailbox: user ops@shop.example.test password: {PASSWORD}",
    f"> GET /api/mails?to=refused HTTP/1.1  Authorization: Bearer {TOKEN}",
    f"> POST /api/payments HTTP/1.1  api_key={API_KEY}",
)
"""Lines with secrets that a test should not have printed."""
_STEPS = ("page.goto https://staging.shop.example.test/cart", "locator.fill #coupon", "locator.click #apply",
          "expect.toHaveText #total", "page.waitForResponse **/api/cart", "locator.click #checkout")  # fmt: skip


def output(run: Run, outcome: Outcome, started_at: datetime) -> str:
    """The whole log of a result."""
    if outcome.imported_texts is not None:
        return outcome.imported_texts[2]
    is_long = run.id == HOTFIX and outcome.case is not None and outcome.case.name == LONG_LOG_TEST
    return _long_log(outcome.id, started_at) if is_long else "\n".join(_lines(outcome, started_at))


def _lines(outcome: Outcome, at: datetime) -> list[str]:
    random = Random(outcome.id)  # noqa: S311 - sample data, not a secret
    name = outcome.name if outcome.case is None else outcome.case.name
    lines = [f"{_time(at)} \x1b[36mworker {random.randint(1, 4)}\x1b[0m | {name}"]
    for step in random.sample(_STEPS, 4):
        at += timedelta(milliseconds=random.randint(40, 1900))
        lines.append(f"{_time(at)} \x1b[2mpw:api\x1b[0m {step} ({random.randint(3, 900)} ms)")
    mark = "\x1b[32m\u2713\x1b[0m" if outcome.status == "PASS" else "\x1b[31m\u2718\x1b[0m"
    return [*lines, f"{_time(at)} {mark} {outcome.status} {name}\r"]


@lru_cache(maxsize=4)
def _long_log(number: int, at: datetime) -> str:
    """A log of 200 kB: the network traffic of one test, with three leaked lines in the middle."""
    random, lines, size = Random(number), list[str](), 0  # noqa: S311 - sample data, not a secret
    leaked = list(_LEAKED_LINES)
    while size < LONG:
        at += timedelta(milliseconds=random.randint(1, 30))
        if size > LONG // 2 and leaked:
            text = leaked.pop(0)
        else:
            text = f"< 200 GET /api/articles/{random.randint(100, 999)} {random.randint(200, 90_000)} bytes"
            text += f" in {random.randint(2, 700)} ms, request {random.getrandbits(64):016x}"
        lines.append(f"{_time(at)} \x1b[2mpw:browser\x1b[0m {text}")
        size += len(lines[-1]) + 1
    return "\n".join(lines)


def _time(at: datetime) -> str:
    return at.strftime("%H:%M:%S.%f")[:-3]
