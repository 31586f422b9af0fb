"""The commands `keys new` and `keys rotate`."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.cli.keys import new_key
from storage import open_storage
from storage.installations.token_cipher import key_id
from tests.contract.ports.test_installations import INSTALLATION
from tests.contract.test_command_line import run_command
from tests.support.storage_builders import fresh_sqlite, make_settings


async def install(data: Path, team: str, keys: str) -> None:
    settings = make_settings(f"sqlite+aiosqlite:///{data / 'castroom.sqlite'}")
    storage = await open_storage(settings.model_copy(update={"token_keys": SecretStr(keys)}))
    await storage.installations.add(replace(INSTALLATION, team=team))
    await storage.close()


def test_a_new_key_is_a_fernet_key(tmp_path: Path) -> None:
    first, second = (run_command(tmp_path, "keys", "new").stdout.strip() for _ in range(2))
    assert first != second
    Fernet(first)


def test_rotation_says_what_it_did_and_which_keys_are_not_used_any_more(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    asyncio.run(fresh_sqlite(tmp_path))
    for team in ("T1", "T2"):
        asyncio.run(install(tmp_path, team, old))
    result = run_command(tmp_path, "keys", "rotate", TOKEN_KEYS=f"{new},{old}")
    assert result.exit_code == 0
    assert f"Re-encrypted with the key {key_id(new)}: 2 of 2 installations." in result.stdout
    assert f"Not used any more: {key_id(old)}." in result.stdout
    assert old not in result.output
    assert new not in result.output


def test_a_missing_key_is_named_and_ends_with_an_error(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    asyncio.run(fresh_sqlite(tmp_path))
    asyncio.run(install(tmp_path, "T1", old))
    asyncio.run(install(tmp_path, "T2", new))
    result = run_command(tmp_path, "keys", "rotate", TOKEN_KEYS=new)
    assert result.exit_code == 1
    assert "T1: none of the keys in TOKEN_KEYS opens its token" in result.stdout
    assert f"Missing in TOKEN_KEYS: {key_id(old)}" in result.stdout


@pytest.mark.parametrize(("keys", "words"), [("", "TOKEN_KEYS is not set"), ("junk", "URL-safe base64")])
def test_rotation_without_a_valid_key_ends_with_a_sentence(keys: str, words: str, tmp_path: Path) -> None:
    asyncio.run(fresh_sqlite(tmp_path))
    result = run_command(tmp_path, "keys", "rotate", TOKEN_KEYS=keys)
    assert result.exit_code != 0
    assert words in result.output
