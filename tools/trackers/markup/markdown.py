"""stub"""

from tools.trackers.document import *


def render(document):
    out = []
    for b in document:
        out.append(
            " ".join(s if isinstance(s, str) else s.text for s in b.spans) if isinstance(b, Paragraph) else repr(b)
        )
    return "\n\n".join(out)
