"""The admin's page as HTML: no script, nothing from elsewhere, light and dark."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final, TypeVar

from server.store.approvals import Approval
from server.store.reading import RecordedAct
from server.team.overview import KnownKey, KnownPerson, Overview
from server.terminal import printable
from tools.kit.text import cut

T = TypeVar("T")
SOON: Final = timedelta(days=14)
"""How long before its end a key is shown as about to expire."""
MOST_WHAT: Final = 400
OUTCOMES: Final = {"done": "good", "failed": "bad", "unknown": "warm", "under way": ""}


@cache
def _style() -> str:
    return (files("server.team") / "admin.css").read_text(encoding="utf-8")


def render(nonce: str, seen: Overview, name: str) -> str:
    """The page of everything."""
    return "".join(_page(nonce, "Testdesk: admin", _everything(seen, name)))


def render_form(nonce: str, problem: str = "") -> str:
    """The page that asks for a key."""
    return "".join(_page(nonce, "Testdesk: admin", _form(problem)))


def _page(nonce: str, title: str, body: Iterable[str]) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<title>{title}</title>\n<style nonce="{nonce}">\n{_style()}</style>\n</head>\n<body>\n<main>\n'
    yield from body
    yield "</main>\n</body>\n</html>\n"


def _form(problem: str) -> Iterator[str]:
    yield "<h1>Testdesk: admin</h1>\n"
    if problem:
        yield f'<p class="problem" role="alert">{_text(problem)}</p>\n'
    yield '<form class="enter" method="post" action="/admin/enter">\n'
    yield '<label for="key">Your key or token</label>\n'
    yield '<input id="key" name="key" type="password" autocomplete="off" required>\n'
    yield "<button>Show the page</button>\n</form>\n"


def _everything(seen: Overview, name: str) -> Iterator[str]:
    yield f'<header><div><h1>Testdesk: admin</h1><p class="soft">{_text(name)}, {_moment(seen.made_at)}</p></div>'
    yield '<form class="leave" method="post" action="/admin/leave"><button>Leave</button></form></header>\n'
    yield "".join(f'<p class="problem">{_text(note)}</p>' for note in seen.notes)
    tiles = [
        (len(seen.people), "people"),
        (len(seen.waiting), "questions waiting"),
        (len(seen.unknown), "unknown outcomes"),
        (seen.records, "ledger records"),
    ]
    cells = "".join(f'<div class="tile"><b>{number:,}</b><span>{word}</span></div>' for number, word in tiles)
    yield f'<section class="tiles" aria-label="Numbers">{cells}</section>\n'
    yield from _table("Unknown outcomes", _ACT_HEADS, seen.unknown, _act, "No act is of unknown outcome.")
    yield from _table("Questions waiting", ("number", "who", "tool", "question"), seen.waiting, _waiting, "None waits.")
    yield from _table(
        "People",
        ("name", "rights", "keys", "signs in with", "own credentials of"),
        seen.people,
        _person,
        "The settings name nobody; whoever has a token of the identity provider has its rights.",
    )
    yield f"<h2>Budgets</h2>\n<section {_card('Budgets')}>"
    lines = "".join(f"<p>{_text(line)}</p>" for line in seen.budgets)
    yield lines or "<p>The operator has set no limits that are counted.</p>"
    yield "</section>\n"
    yield from _table("Newest acts", _ACT_HEADS, seen.acts, _act, "Nothing was changed or ordered yet.")
    yield f"<footer><p>Store: {_text(seen.store)}. Head of the ledger: <code>{_text(seen.head or 'none')}</code>; "
    yield "<code>testdesk ledger verify</code> follows its chain. Times are UTC.</p></footer>\n"


_ACT_HEADS: Final = ("when", "who", "tool", "outcome", "what")


def _card(name: str) -> str:
    # Whoever has no mouse scrolls a wide table with the keys.
    return f'class="card" tabindex="0" role="region" aria-label="{name}"'


def _table(title: str, heads: Sequence[str], rows: Sequence[T], row: Callable[[T], str], none: str) -> Iterator[str]:
    yield f"<h2>{title}<span>{len(rows)}</span></h2>\n<section {_card(title)}>"
    if rows:
        cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
        yield f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(map(row, rows))}</tbody></table>"
    else:
        yield f"<p>{none}</p>"
    yield "</section>\n"


def _act(act: RecordedAct) -> str:
    row = act.row()
    what = row["what"] if isinstance(row["what"], str) else json.dumps(row["what"], ensure_ascii=False)
    how = f" <span class='pill'>{_text(row['confirmed'])}</span>" if row["confirmed"] else ""
    return (
        f'<tr><td class="when">{_moment(row["when"])}</td><th scope="row">{_text(row["who"])}</th>'
        f"<td><code>{_text(row['tool'])}</code></td>"
        f'<td><span class="pill {OUTCOMES.get(row["outcome"], "")}">{_text(row["outcome"])}</span></td>'
        f'<td class="what">{_text(cut(what, MOST_WHAT))}{how}{_settles(row.get("settle_with"), act.seq)}</td></tr>'
    )


def _settles(tool: str | None, number: int) -> str:
    if tool is None:
        return ""
    return f"<br><code>{_text(tool)}</code> shows it; <code>testdesk ledger settle {number}</code> records it."


def _waiting(one: Approval) -> str:
    return (
        f'<tr><td><code>{_text(one.number)}</code></td><th scope="row">{_text(one.principal)}</th>'
        f'<td><code>{_text(one.tool)}</code></td><td class="what">{_text(cut(one.words, MOST_WHAT))}</td></tr>'
    )


def _person(person: KnownPerson) -> str:
    ways = [*(["a key"] if person.keys else []), *(["the identity provider"] if person.has_subject else [])]
    return (
        f'<tr><th scope="row">{_text(person.name)}</th><td>{_pills(person.rights)}</td>'
        f"<td>{''.join(map(_key, person.keys)) or '-'}</td><td>{', '.join(ways) or 'nothing yet'}</td>"
        f"<td>{_pills(person.own) or '-'}</td></tr>"
    )


def _key(key: KnownKey) -> str:
    if key.expires is None:
        return f'<span class="pill">{_text(key.name)}, no end</span>'
    is_soon = key.expires - datetime.now(UTC).date() < SOON
    kind, word = ("bad", "expired") if key.has_expired else ("warm" if is_soon else "", "until")
    return f'<span class="pill {kind}">{_text(key.name)}, {word} {key.expires:%Y-%m-%d}</span>'


def _pills(words: Iterable[str]) -> str:
    return "".join(f'<span class="pill">{_text(word)}</span>' for word in words)


def _moment(when: str) -> str:
    return datetime.fromisoformat(when).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _text(text: object) -> str:
    return escape(printable(str(text)))
