"""A TQL query is read before it is sent, and what is wrong with it is told with its place and the way out."""

import pytest

from tools.kit.errors import Refused
from tools.testomatio.tools.tql import all_of, checked_tql, one_of, quoted
from tools.testomatio.tools.tql_fields import FIELDS, Kind

GOOD: list[tuple[Kind, str]] = [
    ("tests", "tag == 'smoke'"),
    ("tests", "priority >= 'high' and not (tag == 'wip')"),
    ("tests", "(tag == 'a' or tag == 'b') and state != \"detached\""),
    ("tests", "not tag == 'wip'"),
    ("tests", "tag IN ['a','b'] AND label in ('Severity:🔥Critical')"),
    ("tests", "suite % 'Pay' and test % 'can'"),
    ("tests", "executed_by == 'Ann Weber' and executed_at >= 3.weeks_ago"),
    ("tests", "created_at == today() or updated_at < '2026-04-01'"),
    ("tests", "  issue == 'https://bugs.example.test/?a=b&c=(1)'  "),
    ("tests", "shared == true"),
    ("tests", "shared"),
    ("runs", "failed and has_test_tag == 'regression'"),
    ("runs", "finished_at >= '2026-07-01' and env in ['Windows', 'Linux']"),
    ("runs", "not archived and duration > 1.minute and failed_count >= 3"),
    ("runs", "title % 'Nightly' and (unfinished or with_defect)"),
    ("runs", "launched_at > 1.day_ago"),
]
BAD: list[tuple[Kind, str, int, str]] = [
    ("tests", "tag = 'smoke'", 5, "write =="),
    ("tests", "= tag == 'smoke'", 1, "leave out the leading ="),
    ("tests", "tag == smoke", 8, "put the text in quotes: 'smoke'"),
    ("tests", "tag == @smoke.fast", 8, "put the text in quotes"),
    ("tests", "tag == 'smoke", 8, "not closed"),
    ("tests", "tag == “smoke”", 8, "straight"),
    ("tests", "(tag == 'a'", 1, "this ( is not closed"),
    ("tests", "tag == 'a')", 11, "closes nothing"),
    ("tests", "tag in ['a', 'b'", 8, "this [ is not closed"),
    ("tests", "tag in ['a', 'b')", 17, "] is expected"),
    ("tests", "tag in 'a'", 8, "takes a list"),
    ("tests", "tag in []", 9, "a value is expected"),
    ("tests", "tags == 'a'", 1, "the nearest is tag"),
    ("tests", "Tag == 'a'", 1, "the nearest is tag"),
    ("tests", "has_test_tag == 'a'", 1, "it is a field of runs"),
    ("tests", "title % 'Pay'", 1, "write test"),
    ("tests", "xyz == 'a'", 1, "there are tag, label"),
    ("runs", "suite == 'a'", 1, "it is a field of tests"),
    ("runs", "pased", 1, "the nearest is passed"),
    ("tests", "tag > 'a'", 5, "has no order"),
    ("runs", "title >= 'a'", 7, "has no order"),
    ("tests", "tag % 'a'", 5, "does not fit"),
    ("tests", "tag == 'a' and tag == 'b' or tag == 'c'", 27, "parentheses"),
    ("tests", "not tag == 'a' or tag == 'b' and tag == 'c'", 30, "parentheses"),
    ("tests", "tag == 'a' && tag == 'b'", 12, "write and"),
    ("tests", "!tag == 'a'", 1, "write not"),
    ("tests", "tag === 'a'", 5, "write =="),
    ("tests", "priority => 'high'", 10, "write >="),
    ("tests", "priority >= 'urgent'", 13, "low, normal"),
    ("tests", "priority >= high", 13, "quotes"),
    ("tests", "created_at > '7.days_ago'", 14, "no date"),
    ("tests", "created_at > '2026-02-30'", 14, "no date"),
    ("runs", "finished_at < '2026-99-99T10:00:00Z'", 15, "no date"),
    ("tests", "created_at > 2026-04-01", 14, "quotes"),
    ("tests", "created_at > 7.fortnights_ago", 14, "units"),
    ("tests", "tag not in ['a']", 5, "not (tag in [...])"),
    ("tests", "tag", 4, "compared with nothing"),
    ("tests", "tag == 'a' tag == 'b'", 12, "`and` or `or`"),
    ("tests", "tag == 'a' and", 15, "ends where a condition"),
    ("tests", "tag ==", 7, "ends where a value"),
    ("tests", "and tag == 'a'", 1, "begins with a field"),
    ("tests", "'a' == tag", 1, "begins with a field"),
    ("tests", "()", 2, "a condition is expected"),
    ("runs", "failed == true", 8, "is written alone"),
    ("runs", "failed, passed", 7, "join"),
]


@pytest.mark.parametrize(("kind", "query"), GOOD)
def test_a_query_of_the_language_passes_as_it_is(kind: Kind, query: str) -> None:
    assert checked_tql(query, kind) == query.strip()


@pytest.mark.parametrize(("kind", "query", "place", "advice"), BAD)
def test_a_mistake_is_told_with_its_place_and_what_to_write_instead(
    kind: Kind, query: str, place: int, advice: str
) -> None:
    with pytest.raises(Refused) as refused:
        checked_tql(query, kind)
    assert f"TQL, character {place}: " in str(refused.value)
    assert advice in str(refused.value)
    assert "Nothing was sent." in str(refused.value)


def test_an_empty_query_and_an_endless_one_are_refused() -> None:
    with pytest.raises(Refused, match="empty"):
        checked_tql("  ", "tests")
    for endless in ("(" * 5000 + "tag == 'a'" + ")" * 5000, "not " * 5000 + "tag == 'a'"):
        with pytest.raises(Refused, match="too deep"):
            checked_tql(endless, "tests")


@pytest.mark.parametrize("kind", ["tests", "runs"])
def test_every_field_takes_a_value_of_its_sort(kind: Kind) -> None:
    values = {"priority": "'high'", "date": "'2026-04-01'", "seconds": "60", "count": "3", "yes": "true"}
    for name, field in FIELDS[kind].items():
        checked_tql(f"{name} == {values.get(field.sort, repr('x'))}", kind)


def test_a_value_is_put_in_the_quotes_it_does_not_hold() -> None:
    assert quoted("it's") == '"it\'s"'
    assert quoted('a "b"') == "'a \"b\"'"
    assert one_of("tag", ["a"]) == "tag == 'a'"
    assert one_of("tag", ["a", "b"]) == "tag in ['a', 'b']"
    with pytest.raises(Refused, match="both kinds"):
        quoted("'\"")


def test_conditions_are_joined_so_that_nothing_is_mixed() -> None:
    joined = all_of("tag == 'a'", None, "state == 'x' or state == 'y'")
    assert joined == "tag == 'a' and (state == 'x' or state == 'y')"
    assert checked_tql(joined or "", "tests") == joined
    assert all_of(None, "") is None
