"""Settings from environment variables; immutable and validated at start. No other module reads the environment.

A file named by ENV_FILE (default `.env`) is read first; an empty ENV_FILE reads none. Each secret setting can be given
as `NAME_FILE`, the path of a file with its value (`bot/secret_files.py`).
"""

import os
import re
import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot import secret_files
from bot.self_hosted import SelfHostedModel, is_loopback, parse_self_hosted_models
from bot.token_keys import check_keys, split_secret

_YEAR = 366 * 86_400
MAX_DAYS = 3_650
EXECUTOR_FROM_HOST = "hostname"
MIN_LINK_KEY = 32


class Settings(BaseSettings):
    """All settings. Money in dollars, times in seconds."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str = ""
    slack_client_secret: SecretStr | None = None
    token_keys: SecretStr | None = None
    passport_key: SecretStr | None = None
    passport_trust_anchors: Path | None = None
    public_url: str = ""
    slack_base_url: str = "https://slack.com/api/"
    slack_proxy: str = ""
    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=1, le=65_535)
    ops_host: str = "127.0.0.1"
    ops_port: int | None = Field(default=None, ge=1, le=65_535)
    doors_host: str = "127.0.0.1"
    doors_port: int | None = Field(default=None, ge=1, le=65_535)
    doors_url: str = ""
    doors_hosts: str = ""
    doors_link_key: SecretStr | None = None
    doors_calls_per_minute: int = Field(default=120, ge=1, le=1_000_000)

    recraft_api_token: SecretStr | None = None
    recraft_base_url: str = "https://external.api.recraft.ai/v1"
    openai_api_key: SecretStr | None = None
    openai_base_url: str = "https://api.openai.com/v1"
    gemini_api_key: SecretStr | None = None
    gemini_base_url: str = "https://generativelanguage.googleapis.com/v1beta"
    fal_key: SecretStr | None = None
    fal_queue_url: str = "https://queue.fal.run"
    own_models: Annotated[tuple[SelfHostedModel, ...], NoDecode] = ()

    recraft_images_per_minute: int = Field(default=100, ge=0)
    recraft_requests_per_second: int = Field(default=5, ge=0)
    openai_images_per_minute: int = Field(default=5, ge=0)
    gemini_images_per_minute: int = Field(default=0, ge=0)

    data_dir: Path = Path(".castroom/data")
    database_url: str = ""
    engine_url: str = ""
    portraits_url: str = ""
    database_pool_size: int = Field(default=15, ge=2, le=500)
    engine_pool_size: int = Field(default=20, ge=2, le=500)
    database_statement_timeout_seconds: float = Field(default=30, ge=1, le=3_600)
    # The target of `bot move`, if its options do not name it: a password does not belong on a command line.
    move_to_database_url: SecretStr | None = None
    move_to_portraits_url: str = ""

    max_usd_per_round: Decimal = Field(default=Decimal("2.00"), gt=0)
    max_usd_per_day: Decimal = Field(default=Decimal("20.00"), gt=0)
    max_usd_per_person_day: Decimal = Field(default=Decimal("10.00"), gt=0)
    max_usd_per_production_month: Decimal = Field(default=Decimal("100.00"), gt=0)
    max_usd_per_workspace_month: Decimal = Field(default=Decimal("200.00"), gt=0)
    money_admins: str = ""
    max_open_rounds_per_person: int = Field(default=50, ge=1)
    max_forms_per_person_day: int = Field(default=200, ge=1)
    max_free_portraits_per_person_day: int = Field(default=200, ge=1)
    keep_portraits_days: int = Field(default=365, ge=1, le=MAX_DAYS)
    keep_photos_days: int = Field(default=30, ge=1, le=MAX_DAYS)
    keep_voters_days: int = Field(default=365, ge=1, le=MAX_DAYS)
    keep_audit_days: int = Field(default=730, ge=1, le=MAX_DAYS)
    keep_jobs_days: int = Field(default=30, ge=1, le=MAX_DAYS)
    webhook_overlap_hours: int = Field(default=24, ge=1, le=720)
    uninstall_grace_days: int = Field(default=30, ge=0, le=MAX_DAYS)
    patience_seconds: float = Field(default=120, gt=0, le=3_600)
    patience_4k_seconds: float = Field(default=300, gt=0, le=3_600)
    executor_id: str = ""
    log_level: str = "INFO"
    otel_exporter_otlp_endpoint: str = ""

    # For tests and demonstrations.
    clock_offset_seconds: float = Field(default=0, ge=-_YEAR, le=_YEAR)
    directory_cache_seconds: float = Field(default=60, ge=0, le=3_600)
    updates_per_minute: int = Field(default=45, ge=10, le=1_000_000)
    message_update_seconds: float = Field(default=2, ge=0, le=60)
    socket_silence_seconds: float = Field(default=60, ge=12, le=600)
    first_sweep_seconds: float = Field(default=60, ge=0, le=86_400)
    webhook_allow_loopback: bool = False
    shortest_voting_seconds: float = Field(default=300, ge=1, le=300)

    @classmethod
    def load(cls) -> Self:
        """Load the settings; raises pydantic's ValidationError naming each invalid variable."""
        return cls(_env_file=cls.env_file())

    @classmethod
    def secret_names(cls) -> tuple[str, ...]:
        """The settings that can be given as files: secrets, and those whose text can contain one."""
        secrets = [name for name, field in cls.model_fields.items() if field.annotation == SecretStr | None]
        return (*secrets, "own_models", "database_url", "engine_url")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add the paths of files with secrets to what pydantic reads."""
        assert isinstance(env_settings, EnvSettingsSource)
        assert isinstance(dotenv_settings, DotEnvSettingsSource)
        paths = secret_files.SecretPaths(settings_cls, env_settings, dotenv_settings, cls.secret_names())
        return init_settings, env_settings, dotenv_settings, file_secret_settings, paths

    @staticmethod
    def env_file() -> Path | None:
        """Return the file that is read first, which may not exist."""
        name = os.environ.get("ENV_FILE", ".env")
        return Path(name) if name else None

    @staticmethod
    def scrub_proxy_env() -> None:
        """Remove the proxy variables from the environment before Slack clients are built.

        Slack's SDK has no argument for "no proxy": without SLACK_PROXY every client, also each copy that Bolt makes for
        a request, would send the tokens through the proxy that the environment names.
        """
        for name in ("HTTPS_PROXY", "HTTP_PROXY"):
            os.environ.pop(name, None)
            os.environ.pop(name.lower(), None)

    @staticmethod
    def scrub_slack_env() -> None:
        """Remove Slack's variables from the environment after loading.

        Bolt reads them itself; a client id and secret would silently switch it to OAuth.
        """
        for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET", "SCOPES", "USER_SCOPES"):
            os.environ.pop(f"SLACK_{name}", None)

    @field_validator("slack_base_url", "recraft_base_url", "openai_base_url", "gemini_base_url", "fal_queue_url")
    @classmethod
    def _check_base_url(cls, url: str) -> str:
        """Require https, or http to this machine, since keys are sent to these addresses."""
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise ValueError("a base URL must not carry a user or password")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a base URL must start with https://")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("plain http is allowed for this machine only; use https://")
        return url

    @field_validator("slack_proxy")
    @classmethod
    def _check_proxy(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise ValueError("the proxy's address must not carry a user or password, which could reach the log")
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("write the proxy as http://host:port")
        return url

    @field_validator("public_url", "doors_url")
    @classmethod
    def _check_public_url(cls, url: str) -> str:
        """Require https, over which Slack sends the code of an installation, and programs their access tokens."""
        parts = urlsplit(url)
        if url and (not parts.hostname or parts.username or parts.query or parts.fragment):
            raise ValueError("write the address of this bot as https://castroom.example.com")
        if url and parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("the address must start with https://; plain http is allowed for this machine only")
        return url.rstrip("/")

    @field_validator("token_keys")
    @classmethod
    def _check_token_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        check_keys(keys)
        return keys

    @field_validator("doors_hosts")
    @classmethod
    def _check_doors_hosts(cls, hosts: str) -> str:
        if any(not re.fullmatch(r"[\w.-]{1,253}|\[[0-9a-f:]{2,45}\]", host, re.ASCII) for host in _split(hosts)):
            raise ValueError("write host names without ports, with commas between: castroom.example.com, 10.0.0.4")
        return hosts

    @field_validator("doors_link_key")
    @classmethod
    def _check_doors_link_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key and len(key.get_secret_value()) < MIN_LINK_KEY:
            raise ValueError(f"the key needs at least {MIN_LINK_KEY} characters: `openssl rand -hex 32` makes one")
        return key

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _check_otlp_endpoint(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
            raise ValueError("write the collector's base address as http://127.0.0.1:4318, without a user")
        return url

    @field_validator("http_host", "ops_host", "doors_host")
    @classmethod
    def _check_host(cls, host: str) -> str:
        if not re.fullmatch(r"[\w.:-]{1,253}", host, re.ASCII):
            raise ValueError("write one address of this machine, such as 127.0.0.1, without a port")
        return host

    @field_validator("own_models", mode="before")
    @classmethod
    def _parse_own_models(cls, models: object) -> object:
        return parse_self_hosted_models(models, os.environ) if isinstance(models, str) else models

    @field_validator("log_level")
    @classmethod
    def _check_log_level(cls, level: str) -> str:
        if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR")
        return level.upper()

    @model_validator(mode="before")
    @classmethod
    def _read_files_and_default_urls(cls, values: dict[str, object]) -> dict[str, object]:
        """Read secrets from files; place database, job database and portraits in DATA_DIR unless set."""
        values = secret_files.resolve(values)
        secret_files.resolve_aws(os.environ)
        data_dir = Path(str(values.get("data_dir") or ".castroom/data")).absolute()
        defaults = {
            "database_url": f"sqlite+aiosqlite:///{data_dir / 'castroom.sqlite'}",
            "engine_url": f"sqlite:///{data_dir / 'engine.sqlite'}",
            "portraits_url": (data_dir / "portraits").as_uri(),
        }
        return defaults | {key: value for key, value in values.items() if value not in ("", None)}

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if self.database_url.startswith("postgresql") and self.engine_url.startswith("sqlite"):
            raise ValueError("with DATABASE_URL on PostgreSQL, set ENGINE_URL to PostgreSQL as well")
        if self.is_shared and not self.executor_id:
            raise ValueError(
                "on PostgreSQL each process needs its own EXECUTOR_ID, which a restart keeps; "
                f"{EXECUTOR_FROM_HOST} takes the host's name"
            )
        if self.doors_port and self.is_shared and not self.doors_link_key:
            raise ValueError("several processes sign links with one key: set DOORS_LINK_KEY beside DOORS_PORT")
        if self.http_port and not self.slack_signing_secret:
            raise ValueError("HTTP_PORT needs SLACK_SIGNING_SECRET, to verify requests")
        if self.slack_client_id or self.slack_client_secret:
            self._check_oauth()
        return self

    def _check_oauth(self) -> None:
        needed = {
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
            "TOKEN_KEYS": self.token_key_list,
            "PUBLIC_URL": self.public_url,
            "HTTP_PORT": self.http_port,
        }
        if missing := [name for name, value in needed.items() if not value]:
            raise ValueError(
                f"for installations by OAuth, set {', '.join(missing)} too; without OAuth, leave "
                "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET empty"
            )

    @property
    def is_shared(self) -> bool:
        """Whether several processes may use the database."""
        return self.database_url.startswith("postgresql")

    @property
    def executor_name(self) -> str:
        """The name of this process among those that share the database."""
        return socket.gethostname() if self.executor_id == EXECUTOR_FROM_HOST else self.executor_id or "castroom-1"

    @property
    def slack_bot_tokens(self) -> tuple[SecretStr, ...]:
        """One token for each workspace, in the order of SLACK_BOT_TOKEN."""
        return tuple(SecretStr(token) for token in split_secret(self.slack_bot_token))

    @property
    def token_key_list(self) -> tuple[SecretStr, ...]:
        """The keys that encrypt tokens in the database, newest first."""
        return tuple(SecretStr(key) for key in split_secret(self.token_keys))

    @property
    def doors_address(self) -> str:
        """The public address of the doors, empty while they are off."""
        return self.doors_url or f"http://{self.doors_host}:{self.doors_port}" if self.doors_port else ""

    @property
    def doors_host_names(self) -> frozenset[str]:
        """The host names that the doors answer to: those of DOORS_HOSTS, of the address, and of this machine."""
        host = urlsplit(self.doors_address).hostname or ""
        named = {f"[{host}]" if ":" in host else host, "localhost", "127.0.0.1", "[::1]"}
        return frozenset({*named, *(name.lower() for name in _split(self.doors_hosts))} - {""})

    @property
    def given_passport_key(self) -> str:
        """The key of PASSPORT_KEY; empty where the data folder has it."""
        return self.passport_key.get_secret_value() if self.passport_key else ""

    @property
    def uses_oauth(self) -> bool:
        """Whether workspaces install the app by OAuth."""
        return bool(self.slack_client_id)

    @property
    def money_admin_ids(self) -> frozenset[str]:
        """The ids in MONEY_ADMINS."""
        return frozenset(person.strip() for person in self.money_admins.split(",") if person.strip())

    def now(self) -> datetime:
        """Return the bot's current time in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset_seconds)

    @property
    def has_slack(self) -> bool:
        has_token = bool(self.slack_bot_tokens) and (self.slack_app_token is not None or self.http_port is not None)
        return has_token or self.uses_oauth


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]
