"""A change from a diff: its paths however they are written, and no line of a hunk taken for a header."""

from hypothesis import given, settings
from hypothesis import strategies as st

from server.plan.change import LONGEST_PATH, MOST_TEXT, change_of
from server.plan.diff import read_diff
from tools.planning.inputs import MOST_PATHS

DIFF = """\
commit 4f2c
Author: Nobody <nobody@example.test>
Subject: [PATCH 1/2] Say why a voucher is refused

diff --git a/src/checkout/CouponField.tsx b/src/checkout/CouponField.tsx
index 1..2 100644
--- a/src/checkout/CouponField.tsx
+++ b/src/checkout/CouponField.tsx
@@ -1,2 +1,2 @@ export function refuseExpired(voucher) {
--- a/not/a/file.ts
-gone
+++ b/not/a/file/either.ts
+here
diff --git a/old name.ts b/new name.ts
similarity index 100%
rename from old name.ts
rename to new name.ts
diff --git a/shop.png b/shop.png
Binary files a/shop.png and b/shop.png differ
diff --git "a/pr\\303\\244mie.ts" "b/pr\\303\\244mie.ts"
--- /dev/null
+++ "b/pr\\303\\244mie.ts"
@@ -0,0 +1 @@
+x
"""


def test_paths_are_read_from_every_kind_of_header_and_words_from_message_and_hunks() -> None:
    change = read_diff(DIFF.encode())
    assert change.paths == (
        "src/checkout/CouponField.tsx",
        "old name.ts",
        "new name.ts",
        "pr\u00e4mie.ts",
        "shop.png",  # nothing can be told from it, so it comes last
    )
    assert change.text.splitlines()[0] == "Say why a voucher is refused"
    assert "refuseExpired(voucher)" in change.text
    assert "Nobody" not in change.text
    assert "not/a/file" not in change.text


def test_a_diff_without_git_is_read_too() -> None:
    plain = b"--- shop/cart.c\t2026-04-01 10:00:00\n+++ shop/cart.c\t2026-04-02 10:00:00\n@@ -1 +1 @@\n-a\n+b\n"
    assert read_diff(plain).paths == ("shop/cart.c",)


def test_what_is_too_much_is_cut_and_counted() -> None:
    paths = [f"src/{n}/file.ts" for n in range(MOST_PATHS + 40)]
    change = change_of(["word " * MOST_TEXT], ["web/yarn.lock", *paths, "x" * 3 * LONGEST_PATH], "here")
    assert (len(change.paths), change.left_out) == (MOST_PATHS, 42)
    assert len(change.text) <= MOST_TEXT
    assert "web/yarn.lock" not in change.paths, "generated files go first"


@settings(max_examples=40)
@given(st.binary(max_size=400) | st.text(alphabet='@+- \n,1ab/"\\0', max_size=200).map(str.encode))
def test_any_bytes_are_read(document: bytes) -> None:
    change = read_diff(DIFF.encode() + document)
    assert "src/checkout/CouponField.tsx" in change.paths
    read_diff(document)
