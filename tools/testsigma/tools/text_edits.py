"""Edits of the texts of test cases and step groups; an edit of one step sends all steps."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tools.kit.editing import Edits, apply_edits, stored_form, text_fields
from tools.kit.errors import Refused
from tools.kit.missing import refuse_if_missing
from tools.kit.text import word
from tools.testsigma.models.fields import Step
from tools.testsigma.models.step_groups import StepGroup
from tools.testsigma.models.test_cases import TestCase


def step_texts(steps: Sequence[Step]) -> dict[str, str | None]:
    """The stored texts of steps, numbered from steps[1]."""
    named: dict[str, str | None] = {}
    for place, step in enumerate(steps, 1):
        named |= {f"steps[{place}].action": step.description, f"steps[{place}].expected": step.expected}
    return named


def steps_with(steps: Sequence[Step], changed: Mapping[str, str], expected: str) -> list[dict[str, Any]]:
    """All steps as the API takes them; `expected` is its name for the expected result."""
    return [
        {
            "step_description": changed.get(f"steps[{place}].action", stored_form(step.description) or ""),
            expected: changed.get(f"steps[{place}].expected", stored_form(step.expected) or ""),
            "order": place,
        }
        for place, step in enumerate(steps, 1)
    ]


def group_edits(group: StepGroup, edits: Edits, replaced: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a step group that edits change; `replaced` names those that the call replaces as a whole."""
    steps = group.ordered_steps
    of_steps = step_texts(steps)
    stored = text_fields(group, "title", "description") | of_steps
    new = apply_edits(stored, edits, [*replaced, *(of_steps if "steps" in replaced else ())])
    fields: dict[str, Any] = {name: text for name, text in new.items() if name not in of_steps}
    if fields.keys() != new.keys():
        refuse_if_missing("The list of steps")
        fields["steps"] = steps_with(steps, new, "expected_result")
    return fields


def case_edits(case: TestCase, edits: Edits, replaced: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a test case that edits change; `replaced` names those that the call replaces as a whole.

    Raises:
        Refused: for an edit that does not fit, or of steps that embed a step group.
    """
    steps = case.ordered_steps
    of_steps = step_texts(steps)
    stored = text_fields(case, "title", "description", "preconditions") | of_steps
    stored |= {"text": case.steps, "expected_text": case.expected_results}
    new = apply_edits(stored, edits, [*replaced, *(of_steps if "steps" in replaced else ())])
    names = {"text": "steps", "expected_text": "expected_results"}
    fields: dict[str, Any] = {names.get(name, name): text for name, text in new.items() if name not in of_steps}
    if any(name in of_steps for name in new):
        refuse_if_missing("The list of steps")
        if any(step.step_group_id is not None for step in steps):
            raise Refused(
                f"Test case {word(case.key)} embeds a step group, which the API cannot put back, so its steps cannot "
                "be edited one by one. Edit them in the web app, or replace all steps."
            )
        written = [
            {**step, "order": float(step["order"]), "step_type": "DEFAULT"}
            for step in steps_with(steps, new, "expected_results")
        ]
        fields |= {"template_type": "STEPS", "individual_steps": written}
    return fields
