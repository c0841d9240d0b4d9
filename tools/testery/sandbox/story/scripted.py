"""Scripted runs: the results of a few runs, test by test; all other runs follow the faults of their day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tools.testery.sandbox.records import Case, Outcome
from tools.testery.sandbox.story.faults import TIMEOUT

HOTFIX, RELEASE, QUARANTINE_PASS = 902114, 902098, 902106

LONG_LOG_TEST = "Payment is refused by the bank"
"""The test of the hotfix run whose log is very long, with secrets in the middle."""


@dataclass(frozen=True, slots=True)
class ScriptedRun:
    """How each test of a run ends: tests that are not named pass."""

    run_id: int
    failing: Mapping[str, str] = field(default_factory=dict)
    flaky: Mapping[str, str] = field(default_factory=dict)
    """Tests that pass on a retry."""
    without_duration: frozenset[str] = frozenset()
    """Tests without a known duration."""
    without_test: tuple[tuple[str, str], ...] = ()
    """Faults of failures that belong to no test, with the name of each."""

    def tries(self, case: Case) -> Iterator[tuple[str, float, str | None, bool]]:
        """Each try of a test: status, seconds, fault, and whether it is the last one."""
        seconds = case.seconds * Random(f"{self.run_id} {case.name}").uniform(0.8, 1.3)  # noqa: S311 - sample data
        if case.is_ignored:
            yield "IGNORED", 0.0, None, True
        elif case.name in self.failing:
            fault = self.failing[case.name]
            yield "FAIL", 30.0 if fault == TIMEOUT else seconds, fault, True
        else:
            if case.name in self.flaky:
                yield "FAIL", seconds, self.flaky[case.name], False
            yield "PASS", seconds, None, True


_STILL_FAILING = {
    "An expired code is refused": "coupon",
    "An expired code is refused for a guest": "coupon",
    "An expired code is refused after a reload": "coupon",
    LONG_LOG_TEST: "payment",
    "No confirmation is sent for a refused payment": "payment",
    "Bundle price of three articles": "bundle",
    "Total of 0.00 with two coupons asks for a payment": "zero",
}

_SCRIPTED = {
    run.run_id: run
    for run in (
        ScriptedRun(
            HOTFIX,
            _STILL_FAILING | {"Pay with Apple Pay": "applepay", "Saved card": TIMEOUT},
            flaky={"Find an article by a part of its name": "search"},
            without_duration=frozenset({"Saved card"}),
            without_test=(("worker", "Setup of worker 3"),),
        ),
        ScriptedRun(
            RELEASE,
            _STILL_FAILING
            | {
                "Total with shipping": "shipping",
                "Reset the password": "password",
                "Warenkorb: „Zur Kasse“ öffnet die Kasse": "kasse",
                "Close the list of suggestions on a tablet": "suggestions",
            },
        ),
        ScriptedRun(
            QUARANTINE_PASS,
            {"Total of 0.00 with two coupons asks for a payment": "zero", "Pictures fit the screen": "picture"},
        ),
    )
}

_EXTRA_SHOTS = {
    (HOTFIX, "An expired code is refused"): ["failure-2.png"],
    (HOTFIX, "An expired code is refused for a guest"): ["failure-page.png"],
    (HOTFIX, "Bundle price of three articles"): ["failure-old.png"],
}
HTML_SHOT, EXPIRED_SHOT = "failure-page.png", "failure-old.png"
"""A screenshot that turns out to be an HTML page, and one whose URL has expired."""


def scripted_run(run_id: int) -> ScriptedRun | None:
    return _SCRIPTED.get(run_id)


def screenshot_names(run_id: int, outcome: Outcome) -> list[str]:
    """The screenshots of a result."""
    if outcome.status != "FAIL" or outcome.case is None or outcome.imported_texts is not None:
        return []
    return ["failure-1.png", *_EXTRA_SHOTS.get((run_id, outcome.case.name), [])]
