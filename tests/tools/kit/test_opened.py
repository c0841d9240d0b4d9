"""Only a regular file below a directory that an operator allows is opened, and what was checked is what is sent."""

import os
import sys
from pathlib import Path

import anyio
import pytest

from tests.tools.kit.files import MOST, open_in
from tools.kit import upload
from tools.kit.errors import Refused
from tools.kit.upload import OpenFile, open_upload

pytestmark = pytest.mark.anyio
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as POSIX has them")


async def refusal(builds: Path, name: str | Path, *, allowed: str | None = None) -> str:
    with pytest.raises(Refused) as caught:
        async with open_in(builds, name, allowed=allowed):
            pass
    told = str(caught.value)
    assert told.endswith("Nothing was sent.")
    return told


async def test_without_a_setting_no_file_may_be_sent_and_the_sentence_says_which_to_set(builds: Path) -> None:
    for nothing in ("", "  ", os.pathsep, "builds", ".", str(builds / "missing"), str(builds / "shop.apk")):
        told = await refusal(builds, "shop.apk", allowed=nothing)
        assert "TESTDESK_UPLOAD_DIRS" in told
        assert repr(os.pathsep) in told


async def test_any_of_several_directories_may_hold_the_file(builds: Path, tmp_path: Path) -> None:
    listed = os.pathsep.join(["", str(tmp_path / "missing"), f" {builds} ", ""])
    async with open_in(builds, allowed=listed) as file:
        assert (file.name, file.size) == ("shop.apk", 11)


async def test_a_file_in_a_folder_below_is_allowed(builds: Path) -> None:
    (builds / "deep" / "er").mkdir(parents=True)
    (builds / "deep" / "er" / "x.zip").write_bytes(b"1")
    async with open_in(builds, "deep/er/../er/x.zip") as file:
        assert file.size == 1


@pytest.mark.parametrize("path", ["shop.apk", "./shop.apk", "~/shop.apk", ""])
async def test_a_path_has_to_be_whole(builds: Path, path: str) -> None:
    with pytest.raises(Refused, match="absolute path"):
        async with open_upload(path, allowed=str(builds), extensions=(".apk",), at_most=MOST):
            pass


@pytest.mark.parametrize("climb", ["../secret.apk", "deep/../../secret.apk", "../builds2/secret.apk"])
async def test_a_path_cannot_climb_out(builds: Path, tmp_path: Path, climb: str) -> None:
    (tmp_path / "builds2").mkdir()
    for place in (tmp_path, tmp_path / "builds2"):
        (place / "secret.apk").write_bytes(b"secret")
    assert "Only files below" in await refusal(builds, climb)


async def test_what_is_elsewhere_is_refused_alike_whether_it_exists_or_not(builds: Path, tmp_path: Path) -> None:
    (tmp_path / "there.apk").write_bytes(b"secret")
    assert await refusal(builds, "../there.apk") == await refusal(builds, "../missing.apk")
    assert "no such file" in await refusal(builds, "missing.apk")


@on_posix
async def test_a_link_is_judged_by_where_it_leads(builds: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.apk").write_bytes(b"secret")
    (builds / "out.apk").symlink_to(tmp_path / "secret.apk")
    (builds / "folder").symlink_to(tmp_path)
    (builds / "in.apk").symlink_to(builds / "shop.apk")
    (builds / "circle.apk").symlink_to(builds / "circle.apk")
    (builds / "notes.txt").write_bytes(b"notes")
    (builds / "dressed.apk").symlink_to(builds / "notes.txt")
    assert "Only files below" in await refusal(builds, "out.apk")
    assert "Only files below" in await refusal(builds, "folder/secret.apk")
    await refusal(builds, "circle.apk")
    assert "Only .apk, .zip files" in await refusal(builds, "dressed.apk")
    async with open_in(builds, "in.apk") as file:
        assert file.name == "shop.apk"


@on_posix
async def test_a_file_that_is_also_elsewhere_by_a_hard_link_is_refused(builds: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.apk").write_bytes(b"secret")
    (builds / "linked.apk").hardlink_to(tmp_path / "secret.apk")
    assert "hard link" in await refusal(builds, "linked.apk")


@on_posix
async def test_an_allowed_directory_may_itself_be_a_link(builds: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(builds)
    async with open_in(tmp_path / "latest", allowed=str(tmp_path / "latest")) as file:
        assert file.name == "shop.apk"


@on_posix
@pytest.mark.parametrize("walks", [True, False], ids=["held directories", "plain paths"])
@pytest.mark.parametrize("swapped", ["folder", "file"])
async def test_what_is_swapped_between_check_and_use_is_not_sent(
    builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, walks: bool, swapped: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in (elsewhere, builds / "deep"):
        folder.mkdir()
        (folder / "x.apk").write_bytes(b"secret" if folder == elsewhere else b"build")
    honest = upload._open

    def swap(root: Path, real: Path) -> OpenFile:
        if swapped == "file":
            real.unlink()
            real.symlink_to(elsewhere / "x.apk")
        else:
            real.parent.rename(tmp_path / "away")
            real.parent.symlink_to(elsewhere)
        return honest(root, real)

    monkeypatch.setattr(upload, "_open", swap)
    if not walks:
        monkeypatch.setattr(os, "supports_dir_fd", set())
    assert "cannot be opened" in await refusal(builds, "deep/x.apk")


@on_posix
async def test_where_directories_cannot_be_held_open_a_file_is_opened_all_the_same(
    builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "supports_dir_fd", set())
    async with open_in(builds) as file:
        assert [piece async for piece in file.pieces()] == [b"PK\x03\x04 a shop"]


@on_posix
async def test_only_a_regular_file_is_one(builds: Path) -> None:
    (builds / "folder.apk").mkdir()
    os.mkfifo(builds / "pipe.apk")
    with anyio.fail_after(10):
        assert "not a regular file" in await refusal(builds, "folder.apk")
        assert "not a regular file" in await refusal(builds, "pipe.apk")


@on_posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_says_so(builds: Path) -> None:
    (builds / "shop.apk").chmod(0)
    assert "cannot be opened (Permission denied)" in await refusal(builds, "shop.apk")


async def test_an_empty_and_a_too_large_file_are_refused_by_their_size(builds: Path) -> None:
    (builds / "empty.apk").touch()
    with (builds / "huge.apk").open("wb") as huge:
        huge.truncate(MOST + 1)
    assert "It has 0 bytes" in await refusal(builds, "empty.apk")
    assert f"It has {MOST + 1:,} bytes; from 1 to {MOST:,} can be uploaded." in await refusal(builds, "huge.apk")


@pytest.mark.parametrize("name", ["notes.txt", "shop", "shop.apk.txt", ".apk"])
async def test_an_extension_says_what_may_be_sent(builds: Path, name: str) -> None:
    (builds / name).write_bytes(b"x")
    assert "Only .apk, .zip files can be uploaded" in await refusal(builds, name)


@pytest.mark.parametrize("name", ["a\0.apk", "x" * 5000 + ".apk", "a\udc80.apk"])
async def test_a_path_that_can_be_none_is_refused(builds: Path, name: str) -> None:
    await refusal(builds, name)


@on_posix
async def test_a_name_that_is_no_unicode_is_refused(builds: Path) -> None:
    path = os.fsencode(builds) + b"/\xff.apk"
    try:
        with open(path, "wb") as file:  # noqa: ASYNC230 - a path of bytes
            file.write(b"x")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert "not Unicode text" in await refusal(builds, os.fsdecode(path))


async def test_no_descriptor_stays_open(builds: Path) -> None:
    (builds / "empty.apk").touch()
    (builds / "folder.apk").mkdir()
    probe = os.open(builds / "shop.apk", os.O_RDONLY)
    os.close(probe)
    async with open_in(builds):
        pass
    for name in ("empty.apk", "folder.apk", "missing.apk"):
        await refusal(builds, name)
    again = os.open(builds / "shop.apk", os.O_RDONLY)
    os.close(again)
    assert again == probe
