"""An encrypted backup opens with its own key only, and every change of the file is noticed."""

import os
import tracemalloc
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from storage.transfer import TransferError
from storage.transfer.encryption import CHUNK_BYTES, decrypt_folder, encrypt_folder, read_key

KEY, OTHER_KEY = bytes(32), bytes([1] * 32)
HEADER_BYTES = 60


def make_folder(folder: Path, *sizes: int) -> dict[str, bytes]:
    files = {f"portraits/r{n}/original": os.urandom(size) for n, size in enumerate(sizes)}
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(data)
    return files


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 10_240, CHUNK_BYTES, 3 * CHUNK_BYTES + 7])
def test_a_folder_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    files = make_folder(tmp_path / "plain", size, 5)
    encrypt_folder(tmp_path / "plain", tmp_path / "archive", KEY)
    decrypt_folder(tmp_path / "archive", tmp_path / "back", KEY)
    found = {str(f.relative_to(tmp_path / "back")): f.read_bytes() for f in (tmp_path / "back").rglob("original")}
    assert found == files
    assert (tmp_path / "archive").stat().st_mode & 0o077 == 0


def test_nothing_of_the_content_is_readable(tmp_path: Path) -> None:
    make_folder(tmp_path / "plain", 1000)
    (tmp_path / "plain" / "castroom.sqlite").write_bytes(b"Marguerite" * 1000)
    encrypt_folder(tmp_path / "plain", tmp_path / "archive", KEY)
    data = (tmp_path / "archive").read_bytes()
    assert b"Marguerite" not in data
    assert b"original" not in data


def test_another_key_is_told(tmp_path: Path) -> None:
    make_folder(tmp_path / "plain", 10)
    encrypt_folder(tmp_path / "plain", tmp_path / "archive", KEY)
    with pytest.raises(TransferError, match="The key is not the one"):
        decrypt_folder(tmp_path / "archive", tmp_path / "back", OTHER_KEY)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("change", ["flip", "cut", "cut at a chunk", "append", "swap", "only the header"])
def test_every_change_of_the_file_is_noticed(tmp_path: Path, change: str) -> None:
    make_folder(tmp_path / "plain", 3 * CHUNK_BYTES)
    archive = tmp_path / "archive"
    encrypt_folder(tmp_path / "plain", archive, KEY)
    data, chunk = archive.read_bytes(), CHUNK_BYTES + 16
    first, second = data[HEADER_BYTES : HEADER_BYTES + chunk], data[HEADER_BYTES + chunk : HEADER_BYTES + 2 * chunk]
    changed = {
        "flip": data[:-100] + bytes([data[-100] ^ 1]) + data[-99:],
        "cut": data[:-1],
        "cut at a chunk": data[: HEADER_BYTES + 2 * chunk],
        "append": data + b"x",
        "swap": data[:HEADER_BYTES] + second + first + data[HEADER_BYTES + 2 * chunk :],
        "only the header": data[:HEADER_BYTES],
    }
    archive.write_bytes(changed[change])
    with pytest.raises(TransferError, match=r"damaged|incomplete"):
        decrypt_folder(archive, tmp_path / "back", KEY)


def test_memory_does_not_grow_with_the_backup(tmp_path: Path) -> None:
    make_folder(tmp_path / "plain", 40 * CHUNK_BYTES)
    tracemalloc.start()
    try:
        encrypt_folder(tmp_path / "plain", tmp_path / "archive", KEY)
        decrypt_folder(tmp_path / "archive", tmp_path / "back", KEY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * CHUNK_BYTES


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"short", urlsafe_b64encode(bytes(16)), b"\xff\xff"):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(TransferError, match="keys new"):
            read_key(tmp_path / "key")
    (tmp_path / "key").write_bytes(urlsafe_b64encode(KEY) + b"\n")
    assert read_key(tmp_path / "key") == KEY
