"""Secrets that are given as files: NAME_FILE instead of NAME."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "configuration.md"
FERNET_KEY = "A" * 43 + "="
VALUES = {
    "token_keys": FERNET_KEY,
    "doors_link_key": "k" * 32,
    "own_models": '[{"id": "own", "base_url": "http://127.0.0.1:1/v1", "model": "m"}]',
    "database_url": "sqlite+aiosqlite:////data/from-file.sqlite",
    "engine_url": "sqlite:////data/engine-from-file.sqlite",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV_FILE", "")
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)


def secret_file(folder: Path, content: str) -> str:
    path = folder / "secret"
    path.write_bytes(content.encode())
    return str(path)


def problem(caught: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(caught.value.errors()[0]["msg"])


def test_every_secret_can_be_a_file_and_is_documented() -> None:
    secrets = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secrets | {"own_models", "database_url", "engine_url"} == set(Settings.secret_names())
    assert len(secrets) > 5
    section = PAGE.read_text("utf-8").partition("### Secrets as files")[2].partition("\n#")[0]
    assert [name for name in Settings.secret_names() if f"`{name.upper()}`" not in section] == []


@pytest.mark.parametrize("name", Settings.secret_names())
def test_the_value_is_read_from_the_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = VALUES.get(name, "the-secret")
    # Of the client's secret alone, the settings would ask for the rest of OAuth.
    if name == "slack_client_secret":
        for key, value in {"SLACK_CLIENT_ID": "1", "TOKEN_KEYS": FERNET_KEY, "PUBLIC_URL": "https://a.example",
                           "HTTP_PORT": "1", "SLACK_SIGNING_SECRET": "s"}.items():  # fmt: skip
            monkeypatch.setenv(key, value)
    monkeypatch.setenv(f"{name.upper()}_FILE", secret_file(tmp_path, f"{content}\n"))
    value = getattr(Settings.load(), name)
    if name == "own_models":
        assert value[0].id == "own"
    else:
        assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == content


@pytest.mark.parametrize(
    ("content", "value"),
    [("key", "key"), ("key\n", "key"), ("key\r\n", "key"), ("key\n\n", "key\n"), (" key ", " key ")],
)
def test_one_newline_at_the_end_is_dropped(
    content: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY_FILE", secret_file(tmp_path, content))
    key = Settings.load().openai_api_key
    assert key is not None
    assert key.get_secret_value() == value


@pytest.mark.parametrize("place", ["environment", "file of settings"])
def test_a_variable_and_its_file_together_are_refused(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = secret_file(tmp_path, "from-file")
    if place == "environment":
        monkeypatch.setenv("FAL_KEY", "from-variable")
        monkeypatch.setenv("FAL_KEY_FILE", path)
    else:
        (tmp_path / "settings").write_text(f"FAL_KEY=from-variable\nFAL_KEY_FILE={path}\n", "utf-8")
        monkeypatch.setenv("ENV_FILE", str(tmp_path / "settings"))
    with pytest.raises(ValidationError) as caught:
        Settings.load()
    assert problem(caught) == "Value error, both FAL_KEY and FAL_KEY_FILE are set: remove one of them"
    assert "from-" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"secret \xff\xfe", "is not UTF-8 text"),
        (b"secret" * 20_000, "is larger than 65536 bytes, which no secret is"),
    ],
    ids=["missing", "empty", "newline", "binary", "large"],
)
def test_a_file_that_cannot_be_used_is_named_without_its_content(
    content: bytes | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("GEMINI_API_KEY_FILE", str(path))
    with pytest.raises(ValidationError) as caught:
        Settings.load()
    assert problem(caught) == f"Value error, GEMINI_API_KEY_FILE: {path} {reason}"
    assert "secret" not in str(caught.value).replace(str(path), "").replace("which no secret is", "")


def test_an_empty_file_variable_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY_FILE", "")
    monkeypatch.setenv("FAL_KEY", "value")
    assert Settings.load().fal_key is not None


def test_the_key_of_an_own_model_can_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = '[{"id": "own", "base_url": "http://127.0.0.1:1/v1", "model": "m", "key": "$OWN_KEY"}]'
    monkeypatch.setenv("OWN_MODELS", model)
    monkeypatch.setenv("OWN_KEY_FILE", secret_file(tmp_path, "own-secret\n"))
    key = Settings.load().own_models[0].key
    assert key is not None
    assert key.get_secret_value() == "own-secret"


def test_the_keys_of_a_bucket_can_be_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY_FILE", secret_file(tmp_path, "aws-secret\n"))
    Settings.load()
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "aws-secret"
    Settings.load()
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
