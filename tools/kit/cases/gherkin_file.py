"""Test cases in Gherkin: the feature is the suite, each scenario and each outline a test case with its steps.

Steps that say what should happen (Then) are the expected result of the step before them. The background becomes the
preconditions, and the tables of an outline's examples stand in the description.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tools.kit.cases.case import Case, CaseFile, CaseStep, checked, one_line
from tools.kit.errors import Refused
from tools.kit.text import many, quote

MOST_ERRORS: Final = 5
MOST_LINES: Final = 10_000
LONGEST_LINE: Final = 10_000
"""The parser takes a second for so many lines, and far longer for a table with more cells in a row."""


def read_gherkin(text: str) -> CaseFile:
    """The test cases of a feature, in any language that Gherkin has.

    Raises:
        Refused: with the lines that are not Gherkin.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise Refused(f"The feature has more than {MOST_LINES:,} lines. Split it.")
    if long := next((number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE), None):
        raise Refused(f"Line {long} is longer than {LONGEST_LINE:,} characters.")
    # Loaded here: a parser of all of Gherkin's languages, for one kind of file.
    from gherkin.errors import CompositeParserException
    from gherkin.parser import Parser

    try:
        document: Mapping[str, Any] = Parser().parse(text)
    except CompositeParserException as error:
        raise Refused(_sentence(error.errors)) from None
    feature = document.get("feature")
    if not feature:
        raise Refused("The file has no feature.")
    file = CaseFile()
    _add(file, feature, feature["name"], ())
    if feature["description"].strip().startswith(f"{feature['keyword']}:"):
        file.notes.append("The file has a second feature, which Gherkin does not know; it was read as a description.")
    return checked(file)


def _sentence(errors: Sequence[Any]) -> str:
    """The first lines that are not Gherkin."""
    named = []
    for error in errors[:MOST_ERRORS]:
        why = str(error).partition("): ")[2]
        expected, _, got = why.partition(", got ")
        what = f"{quote(got.strip(chr(39)), at_most=80)} is not expected there" if got else one_line(expected)
        named.append(f"line {error.location['line']}: {quote(what, at_most=200) if not got else what}")
    more = " and more" if len(errors) > MOST_ERRORS else ""
    return f"The file is not Gherkin: {'; '.join(named)}{more}."


def _add(
    file: CaseFile,
    around: Mapping[str, Any],
    suite: str,
    tags: Sequence[str],
    before: Sequence[str] = (),
    rule: str = "",
) -> None:
    """Add the scenarios of a feature or of a rule, with the background and the tags around them."""
    names, background = [*tags, *_names(around["tags"])], list(before)
    for child in around["children"]:
        if found := child.get("background"):
            background += [_step_text(step) for step in found["steps"]]
        elif found := child.get("rule"):
            _add(file, found, suite, names, background, found["name"])
        else:
            file.cases.append(_case(child["scenario"], suite, names, background, rule))


def _case(scenario: Mapping[str, Any], suite: str, tags: Sequence[str], background: Sequence[str], rule: str) -> Case:
    names = [*tags, *_names(scenario["tags"])]
    parts = [f"Rule: {rule}" if rule else "", _unindented(scenario["description"]), *_examples(scenario["examples"])]
    return Case(
        line=scenario["location"]["line"],
        title=scenario["name"],
        suites=(suite,),
        description="\n\n".join(filter(None, parts)) or None,
        preconditions="\n".join(background) or None,
        steps=_steps(scenario["steps"]),
        tags=tuple(dict.fromkeys(names)),
    )


def _names(tags: Iterable[Mapping[str, Any]]) -> list[str]:
    return [tag["name"].lstrip("@") for tag in tags]


def _steps(steps: Sequence[Mapping[str, Any]]) -> tuple[CaseStep, ...]:
    """The steps, those of the outcome as what is expected of the step before."""
    made: list[CaseStep] = []
    is_outcome = False
    for step in steps:
        kind = step.get("keywordType")
        is_outcome = kind == "Outcome" or (is_outcome and kind == "Conjunction")
        if is_outcome and made:
            last = made[-1]
            made[-1] = CaseStep(last.action, f"{last.expected}\n{_step_text(step)}".strip())
        else:
            made.append(CaseStep(_step_text(step)))
    return tuple(made)


def _step_text(step: Mapping[str, Any]) -> str:
    """A step with its keyword, and with its table or text below."""
    lines = [f"{step['keyword']}{step['text']}".strip()]
    if table := step.get("dataTable"):
        lines += _table([row["cells"] for row in table["rows"]])
    if text := step.get("docString"):
        lines += ["```" + text.get("mediaType", ""), text["content"], "```"]
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """The rows of a table in Markdown."""
    cells = [[cell["value"].replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells if row]
    return [*lines[:1], f"|{' --- |' * len(cells[0])}", *lines[1:]] if lines else []


def _examples(examples: Iterable[Mapping[str, Any]]) -> list[str]:
    made = []
    for one in examples:
        if header := one.get("tableHeader"):
            rows = [header["cells"], *(row["cells"] for row in one.get("tableBody", ()))]
            title = one_line(f"{one['keyword']}: {one['name']}").rstrip(":")
            tags = f" ({', '.join(_names(one['tags']))})" if one.get("tags") else ""
            count = many(len(rows) - 1, "row")
            made.append("\n".join([f"{title}{tags}, {count}", "", *_table(rows)]))
    return made


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines()).strip()
