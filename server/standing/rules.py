"""Which standing order takes a bug that arrived, and why the others do not."""

from collections.abc import Collection, Sequence

from server.configuration import HandOverRule
from tools.kit.defect import Defect
from tools.kit.text import word


def first_that_takes(rules: Sequence[HandOverRule], defect: Defect) -> tuple[HandOverRule | None, str]:
    """The first rule that takes a defect; else why none does, as a sentence."""
    reasons = list[str]()
    for rule in rules:
        if rule.platform != defect.platform:
            continue
        if not (why := refusal(rule, defect)):
            return rule, ""
        reasons.append(f"[hand_over.{rule.name}] {why}")
    return None, f"No rule takes it: {'; '.join(reasons)}." if reasons else "No rule is about its platform."


def refusal(rule: HandOverRule, defect: Defect) -> str:
    """Why a rule does not take a defect; empty if it does."""
    if rule.products and not is_of(rule.products, defect):
        return f"takes products {listed(rule.products)}, and it is of {product_of(defect)}"
    words = words_of(defect)
    if rule.severities and not rule.severities & words:
        return f"takes severities {listed(rule.severities)}, and its severity is {severity_of(defect)}"
    if rule.not_severities & words:
        return f"leaves out severities {listed(rule.not_severities)}, and its severity is {severity_of(defect)}"
    return ""


def is_of(products: Collection[str], defect: Defect) -> bool:
    """Whether a defect is of one of some products, by id or by name."""
    return any(one.strip().casefold() in products for one in (defect.product, defect.where) if one.strip())


def needs_name(rules: Sequence[HandOverRule], defect: Defect) -> bool:
    """Whether a rule has a name of a product, and the event says only the product's id."""
    return (
        bool(defect.product)
        and not defect.where
        and any(rule.platform == defect.platform and has_names(rule.products) for rule in rules)
    )


def has_names(products: Collection[str]) -> bool:
    """Whether one of some products is a name, and not a number."""
    return any(not one.isdecimal() for one in products)


def words_of(defect: Defect) -> frozenset[str]:
    """The words that a rule may know the severity by: the platform's own, and the shared level."""
    return frozenset({defect.severity.strip().casefold(), defect.level} - {""})


def listed(words: Collection[str]) -> str:
    """The operator's words, in one order."""
    return ", ".join(sorted(words))


def product_of(defect: Defect) -> str:
    """A defect's product for a sentence."""
    named = " ".join(filter(None, (defect.product, defect.where)))
    return word(named) if named else "no product that its event names"


def severity_of(defect: Defect) -> str:
    """A defect's severity for a sentence."""
    return word(defect.severity or defect.level)
