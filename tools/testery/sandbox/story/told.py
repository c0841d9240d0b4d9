"""Told: the runs the story is about, test by test; all others follow the faults of their days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tools.testery.sandbox.records import Case, Outcome
from tools.testery.sandbox.story.faults import TIMEOUT

HOTFIX, RELEASE, QUARANTINE_PASS = 902114, 902098, 902106

LOUD = "Payment is refused by the bank"
"""The result of the hotfix whose log is very long, with secrets in its middle."""


@dataclass(frozen=True, slots=True)
class Told:
    """How each test of a run ends: those that are not named pass."""

    run_id: int
    failing: Mapping[str, str] = field(default_factory=dict)
    flaky: Mapping[str, str] = field(default_factory=dict)
    """Those that pass when they are tried again."""
    untimed: frozenset[str] = frozenset()
    """Those whose duration is not known."""
    nameless: tuple[tuple[str, str], ...] = ()
    """Failures that belong to no test, with the name that stands for one."""

    def tries(self, case: Case) -> Iterator[tuple[str, float, str | None, bool]]:
        """Each try of a test: status, seconds, what is behind it, whether it is the last one."""
        seconds = case.seconds * Random(f"{self.run_id} {case.name}").uniform(0.8, 1.3)  # noqa: S311 - a story
        if case.is_ignored:
            yield "IGNORED", 0.0, None, True
        elif case.name in self.failing:
            fault = self.failing[case.name]
            yield "FAIL", 30.0 if fault == TIMEOUT else seconds, fault, True
        else:
            if case.name in self.flaky:
                yield "FAIL", seconds, self.flaky[case.name], False
            yield "PASS", seconds, None, True


_STILL = {
    "An expired code is refused": "coupon",
    "An expired code is refused for a guest": "coupon",
    "An expired code is refused after a reload": "coupon",
    LOUD: "payment",
    "No confirmation is sent for a refused payment": "payment",
    "Bundle price of three articles": "bundle",
    "Total of 0.00 with two coupons asks for a payment": "zero",
}

_TOLD = {
    told.run_id: told
    for told in (
        Told(
            HOTFIX,
            _STILL | {"Pay with Apple Pay": "applepay", "Saved card": TIMEOUT},
            flaky={"Find an article by a part of its name": "search"},
            untimed=frozenset({"Saved card"}),
            nameless=(("worker", "Setup of worker 3"),),
        ),
        Told(
            RELEASE,
            _STILL
            | {
                "Total with shipping": "shipping",
                "Reset the password": "password",
                "Warenkorb: „Zur Kasse“ öffnet die Kasse": "kasse",
                "Close the list of suggestions on a tablet": "suggestions",
            },
        ),
        Told(
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
PAGE, OLD = "failure-page.png", "failure-old.png"
"""A picture that turns out to be a page of HTML, and one whose address has run out."""


def told_of(run_id: int) -> Told | None:
    return _TOLD.get(run_id)


def shots(run_id: int, outcome: Outcome) -> list[str]:
    """The screenshots of a result."""
    if outcome.status != "FAIL" or outcome.case is None or outcome.told is not None:
        return []
    return ["failure-1.png", *_EXTRA_SHOTS.get((run_id, outcome.case.name), [])]
