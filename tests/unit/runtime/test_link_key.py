"""The key of the doors' links: a setting, or a private file that the first start makes."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.runtime.link_key import FILE_NAME, LinkKeyUnreadable, read_link_key


def test_first_start_makes_a_private_key_that_the_next_one_reads(tmp_path: Path) -> None:
    key = read_link_key(tmp_path / "new", None)
    assert len(key) == 64
    assert read_link_key(tmp_path / "new", None) == key
    assert stat.S_IMODE((tmp_path / "new" / FILE_NAME).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == [FILE_NAME]


def test_the_setting_comes_first_and_writes_nothing(tmp_path: Path) -> None:
    assert read_link_key(tmp_path, SecretStr("k" * 32)) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 64])
def test_a_file_without_a_key_is_refused_with_its_path(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(LinkKeyUnreadable, match=FILE_NAME):
        read_link_key(tmp_path, None)
