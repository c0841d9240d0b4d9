"""Documents that platforms, senders and hosts might send: JSON of any shape, and bytes that are almost JSON."""

import json
from typing import Any

from hypothesis import strategies as st

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
MARKS = st.lists(
    st.sampled_from(
        ["\x02", "\x03", "i9:", "s20:", "\\u0002", "\\u000", "2", "3", "\\", "\\\\", '"', "x", "\ud800", "\n"]
    ),
    max_size=12,
).map("".join)
"""What could be put together to a mark of ours."""
ESCAPES = st.lists(st.sampled_from(["\\u000", "\\u0002", "\\u0003", "2", "3", "\\\\"]), max_size=6).map("".join)
"""The same, escaped as in a JSON document."""
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(2**63) - 1, 10**400, 1e308, 0.1])
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def damaged(draw: st.DrawFn, documents: st.SearchStrategy[Any]) -> bytes:
    """A document as bytes, often cut, doubled, or with other bytes in it."""
    raw = json.dumps(draw(documents), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(raw)))
        piece = draw(
            st.sampled_from([b"", b"\xff", b"\xed\xa0\x80", b"\\ud83d", b"\x00", b"\xef\xbb\xbf", b"[", b"}", b"1e999"])
        )
        raw = raw[:at] + piece + raw[at + draw(st.integers(0, 3)) :]
    return raw
