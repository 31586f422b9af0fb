"""Settings that are rejected at start."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV_FILE", "")
    for name in ("SLACK_BASE_URL", "DATABASE_URL", "DATA_DIR", "HTTP_PORT", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://slack.com/api/",
        "http://10.0.0.4/v1",
        "http://localhost.example.com/",
        "ftp://slack.com/",
        "https://me:pw@slack.com/",
    ],
)
@pytest.mark.parametrize("name", ["SLACK_BASE_URL", "RECRAFT_BASE_URL", "OPENAI_BASE_URL", "GEMINI_BASE_URL"])
def test_an_address_that_would_leak_a_key_is_refused(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings.load()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8600/api/", "http://localhost:1/", "http://[::1]:8600/", "https://slack.com/api/"]
)
def test_https_and_loopback_http_urls_are_accepted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BASE_URL", url)
    assert Settings.load().slack_base_url == url


def test_urls_default_to_the_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "/somewhere")
    settings = Settings.load()
    assert settings.database_url == "sqlite+aiosqlite:////somewhere/castroom.sqlite"
    assert settings.engine_url == "sqlite:////somewhere/engine.sqlite"
    assert settings.portraits_url == "file:///somewhere/portraits"


def test_postgres_with_a_sqlite_engine_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://db/castroom")
    with pytest.raises(ValidationError, match="ENGINE_URL"):
        Settings.load()


def test_http_mode_without_a_signing_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "3000")
    with pytest.raises(ValidationError, match="SLACK_SIGNING_SECRET"):
        Settings.load()


def test_a_clock_with_an_offset_is_ahead_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOCK_OFFSET_SECONDS", "86400")
    assert abs(Settings.load().now() - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOCK_OFFSET_SECONDS", "1e9"),
        ("DIRECTORY_CACHE_SECONDS", "-1"),
        ("UPDATES_PER_MINUTE", "0"),
        ("MESSAGE_UPDATE_SECONDS", "-1"),
        ("SOCKET_SILENCE_SECONDS", "5"),
        ("FIRST_SWEEP_SECONDS", "-1"),
        ("SHORTEST_VOTING_SECONDS", "0"),
        ("DATABASE_POOL_SIZE", "1"),
        ("ENGINE_POOL_SIZE", "1000"),
        ("DATABASE_STATEMENT_TIMEOUT_SECONDS", "0"),
        ("OPS_HOST", "http://127.0.0.1"),
    ],
)
def test_a_setting_out_of_its_bounds_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings.load()


def test_no_key_is_shown_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert "very-secret" not in repr(Settings.load())


OAUTH = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "a-client-secret",
    "SLACK_SIGNING_SECRET": "signing",
    "TOKEN_KEYS": "A" * 43 + "=",
    "PUBLIC_URL": "https://castroom.example.com/",
    "HTTP_PORT": "3000",
}


def set_oauth(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name, value in (OAUTH | changes).items():
        monkeypatch.setenv(name, value)


def test_oauth_settings_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    set_oauth(monkeypatch, TOKEN_KEYS=f"{'B' * 43}=, {'A' * 43}=")
    settings = Settings.load()
    assert settings.uses_oauth
    assert settings.has_slack
    assert [key.get_secret_value()[0] for key in settings.token_key_list] == ["B", "A"]
    assert settings.public_url == "https://castroom.example.com"
    assert "a-client-secret" not in repr(settings)
    assert "B" * 43 not in repr(settings)


@pytest.mark.parametrize("missing", ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "TOKEN_KEYS", "PUBLIC_URL", "HTTP_PORT"])
def test_oauth_without_one_of_its_settings_is_refused(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_oauth(monkeypatch, **{missing: ""})
    with pytest.raises(ValidationError, match=f"set {missing} too"):
        Settings.load()


@pytest.mark.parametrize("keys", ["short", "A" * 44, f"{'A' * 43}=,not a key", "é" * 44])
def test_a_malformed_token_key_is_refused_without_showing_it(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_oauth(monkeypatch, TOKEN_KEYS=keys)
    with pytest.raises(ValidationError, match="URL-safe base64") as caught:
        Settings.load()
    assert keys not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://castroom.example.com", "castroom.example.com", "https://a:b@c.example", "ftp://x"]
)
def test_a_public_url_without_https_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_oauth(monkeypatch, PUBLIC_URL=url)
    with pytest.raises(ValidationError, match="https://"):
        Settings.load()


def test_a_loopback_public_url_may_be_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    set_oauth(monkeypatch, PUBLIC_URL="http://127.0.0.1:3000")
    assert Settings.load().public_url == "http://127.0.0.1:3000"


def test_doors_answer_to_their_address_to_named_hosts_and_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().doors_address == ""
    monkeypatch.setenv("DOORS_PORT", "3100")
    assert Settings.load().doors_address == "http://127.0.0.1:3100"
    monkeypatch.setenv("DOORS_URL", "https://Doors.example.com/")
    monkeypatch.setenv("DOORS_HOSTS", "10.0.0.4, Castroom.internal")
    settings = Settings.load()
    assert settings.doors_address == "https://Doors.example.com"
    expected = {"doors.example.com", "10.0.0.4", "castroom.internal", "localhost", "127.0.0.1", "[::1]"}
    assert settings.doors_host_names == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOORS_URL", "http://doors.example.com"),
        ("DOORS_HOSTS", "https://doors.example.com"),
        ("DOORS_HOSTS", "doors.example.com:443"),
        ("DOORS_LINK_KEY", "short"),
        ("DOORS_CALLS_PER_MINUTE", "0"),
    ],
)
def test_a_setting_of_the_doors_that_cannot_work_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORS_PORT", "3100")
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings.load()


def test_doors_of_several_processes_need_one_link_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://h/d")
    monkeypatch.setenv("ENGINE_URL", "postgresql://h/d")
    monkeypatch.setenv("EXECUTOR_ID", "one")
    monkeypatch.setenv("DOORS_PORT", "3100")
    with pytest.raises(ValidationError, match="DOORS_LINK_KEY"):
        Settings.load()
    monkeypatch.setenv("DOORS_LINK_KEY", "k" * 32)
    assert Settings.load().doors_port == 3100
