"""Folders are found by their paths, and deleted only after everything below them was counted."""

import pytest

from tests.desk import ERAS, NO, Desk, desk

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


async def paths(d: Desk) -> list[str]:
    return [row["path"] for row in (await d.answer("testsigma_get_folder_tree", project="HRB"))["items"]]


async def test_the_tree_is_built_from_parents_each_folder_behind_its_own() -> None:
    async with desk() as d:
        tree = await paths(d)
        assert tree[3:6] == ["Payment", "Payment/Cards", "Payment/Wallets"]
        assert "App/Watch/Complications" in tree
        assert len(tree) == 16


async def test_the_tree_continues_by_cursor_and_counts_on_demand() -> None:
    async with desk() as d:
        first = await d.answer("testsigma_get_folder_tree", project="HRB", limit=10, count_test_cases=True)
        rest = await d.answer(
            "testsigma_get_folder_tree", project="HRB", limit=10, count_test_cases=True, cursor=first["next_cursor"]
        )
        counts = {row["path"]: row["test_cases"] for row in first["items"] + rest["items"]}
        assert (counts["Coupons"], counts["Payment"], sum(counts.values())) == (8, 6, 60)


@pytest.mark.parametrize("folder", ["Payment/Cards", "payment/cards", "/Payment/Cards/", "Cards", "cards"])
async def test_a_folder_is_found_by_path_and_by_a_name_that_only_it_has(folder: str) -> None:
    async with desk() as d:
        told = await d.answer("testsigma_get_folder", project="HRB", folder=folder)
        assert (told["path"], told["test_cases"]) == ("Payment/Cards", 5)
        again = await d.answer("testsigma_get_folder", project="HRB", folder=told["id"].upper())
        assert again["path"] == "Payment/Cards"


async def test_a_folder_tells_what_is_in_it_and_below() -> None:
    async with desk() as d:
        told = await d.answer("testsigma_get_folder", project="HRB", folder="Payment")
        assert told["subfolders"] == ["Cards", "Wallets"]
        assert (told["test_cases"], told["test_cases_with_subfolders"]) == (6, 14)


async def test_a_name_that_two_folders_have_is_refused_with_both_paths() -> None:
    async with desk() as d:
        await d.answer("testsigma_create_folder", project="HRB", name="Cards", parent="Ideas")
        told = await d.refusal("testsigma_get_folder", project="HRB", folder="Cards")
        assert "Several folders are called 'Cards'" in told
        assert "Payment/Cards" in told
        assert "Ideas/Cards" in told


async def test_an_unknown_folder_says_where_paths_come_from() -> None:
    async with desk() as d:
        told = await d.refusal("testsigma_get_folder", project="HRB", folder="Checkout/Nowhere")
        assert "No folder 'Checkout/Nowhere'. testsigma_get_folder_tree shows paths." in told


async def test_folders_that_are_their_own_parents_do_not_turn_the_tree_round_for_ever() -> None:
    async with desk() as d:
        folders = {one.name: one for one in d.sandboxes.sandboxes["testsigma"].world.folders}
        folders["Cart"].parent_id, folders["Coupons"].parent_id = folders["Coupons"].id, folders["Cart"].id
        folders["Search"].parent_id = "00000000-0000-4000-8000-000000000000"
        tree = await paths(d)
        assert len(tree) == 16
        assert tree.index("Search") < tree.index("Login and account"), "one without its parent stands at the root"


async def test_a_folder_at_the_root_is_made_at_once() -> None:
    async with desk() as d:
        made = await d.answer("testsigma_create_folder", project="HRB", name="Vouchers", order=3)
        assert made["done"] == "Created at the root."
        assert [line.split("/")[-1] for line in d.writes("testsigma")] == ["folders"]
        assert "Vouchers" in await paths(d)


async def test_a_folder_below_another_is_made_and_then_moved() -> None:
    async with desk() as d:
        made = await d.answer("testsigma_create_folder", project="HRB", name="Vouchers", parent="Coupons")
        assert made["now"]["path"] == "Coupons/Vouchers"
        assert [line.split("/")[-1] for line in d.writes("testsigma")] == ["folders", "move"]
        assert "Coupons/Vouchers" in await paths(d)


async def test_a_move_that_fails_behind_the_making_tells_what_is_there_now() -> None:
    async with desk() as d:
        await d.fault(platform="testsigma", method="POST", path="/projects/*/move", status=422, body={"message": "no"})
        told = await d.refusal("testsigma_create_folder", project="HRB", name="Vouchers", parent="Coupons")
        assert "The folder was created at the root as " in told
        assert "testsigma_move_folder moves it; do not create it again" in told
        assert "Vouchers" in await paths(d)


async def test_a_parent_that_is_not_there_is_refused_before_anything_is_made() -> None:
    async with desk() as d:
        assert "No folder 'Nowhere'" in await d.refusal(
            "testsigma_create_folder", project="HRB", name="Vouchers", parent="Nowhere"
        )
        assert d.writes("testsigma") == []


async def test_a_folder_is_renamed_with_nothing_else_sent() -> None:
    async with desk() as d:
        told = await d.answer("testsigma_update_folder", project="HRB", folder="Payment/Cards", name="Card payment")
        _, body = d.sent("PUT", next(e.path for e in d.sandboxes.journal.entries() if e.method == "PUT"))
        assert body == {"name": "Card payment"}
        assert (told["before"]["path"], told["now"]["path"]) == ("Payment/Cards", "Payment/Card payment")


@pytest.mark.parametrize(("parent", "path"), [("Ideas", "Ideas/Cards"), ("/", "Cards")])
async def test_a_folder_moves_below_another_or_to_the_root(parent: str, path: str) -> None:
    async with desk() as d:
        told = await d.answer("testsigma_move_folder", project="HRB", folder="Payment/Cards", parent=parent)
        assert (told["before"]["path"], told["now"]["path"]) == ("Payment/Cards", path)
        assert d.asked == []


async def test_a_platform_that_moves_nothing_to_the_root_is_told() -> None:
    async with desk() as d:
        await d.switch("testsigma", refuse_move_to_root=True)
        assert "refused what was sent (400)" in await d.refusal(
            "testsigma_move_folder", project="HRB", folder="Payment/Cards", parent="/"
        )
        assert "Payment/Cards" in await paths(d)


async def test_a_move_that_was_taken_and_not_made_is_told() -> None:
    async with desk() as d:
        body = {"message": "", "data": {"folder": {"id": "x"}}}
        await d.fault(platform="testsigma", method="POST", path="/projects/*/move", status=200, body=body)
        told = await d.refusal("testsigma_move_folder", project="HRB", folder="Payment/Cards", parent="Ideas")
        assert "accepted the move and left the folder where it was" in told


@pytest.mark.parametrize("parent", ["Payment", "Payment/Cards"])
async def test_a_folder_cannot_move_into_itself(parent: str) -> None:
    async with desk() as d:
        told = await d.refusal("testsigma_move_folder", project="HRB", folder="Payment", parent=parent)
        assert "cannot be moved into itself" in told
        assert d.writes("testsigma") == []


@both_eras
async def test_a_yes_deletes_a_folder_after_all_below_it_was_counted(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testsigma_delete_folder", project="HRB", folder="Payment")
        (question,) = d.asked
        assert "Delete folder 'Payment' of project 'Harbour' with 2 subfolders and 14 test cases in it?" in question
        assert "There is no undo" in question
        assert len(d.writes("testsigma")) == 1
        assert not [path for path in await paths(d) if path.startswith("Payment")]


@both_eras
async def test_a_no_deletes_nothing(mode: str) -> None:
    async with desk(mode, person=NO) as d:
        await d.refusal("testsigma_delete_folder", project="HRB", folder="Payment")
        assert d.writes("testsigma") == []
