"""The systemd unit and the reverse proxies, each read by its own program."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.runtime.shutdown import ACK_DRAIN_SECONDS, CLOSE_SECONDS, GENERATION_DRAIN_SECONDS, REDRAW_DRAIN_SECONDS
from bot.settings import Settings
from tests.support.deploy_tools import ROOT, check_with, find_tool

STOP_SECONDS = ACK_DRAIN_SECONDS + CLOSE_SECONDS + GENERATION_DRAIN_SECONDS + REDRAW_DRAIN_SECONDS
UNIT = (ROOT / "deploy" / "castroom.service").read_text("utf-8")
# Tenths of systemd's exposure level, 0 to 100; an ordinary service without hardening has 96.
_MAX_EXPOSURE = "15"


def unit_for_this_machine(folder: Path) -> str:
    """Write the unit with a program that exists here, as systemd looks for it."""
    path = folder / "castroom.service"
    path.write_text(UNIT.replace("/opt/castroom/.venv/bin/python", "/bin/sh"), "utf-8")
    return str(path)


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    printed = check_with("systemd-analyze", "verify", "--man=no", unit_for_this_machine(tmp_path))
    assert "castroom.service" not in printed, printed


def test_systemd_finds_the_unit_hardened(tmp_path: Path) -> None:
    check_with(
        "systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={_MAX_EXPOSURE}",
        unit_for_this_machine(tmp_path),
    )  # fmt: skip


def test_the_unit_sets_only_variables_that_the_bot_reads() -> None:
    names = {
        name for line in re.findall(r"^Environment=(.*)$", UNIT, re.MULTILINE) for name in re.findall(r"(\w+)=", line)
    }
    settings = {name.upper() for name in Settings.model_fields}
    files = {f"{name.upper()}_FILE" for name in Settings.secret_names()}
    assert names - settings - files == {"ENV_FILE", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def test_the_unit_names_each_credential_twice_and_gives_time_to_end() -> None:
    loaded = re.findall(r"^LoadCredential=(\w+):", UNIT, re.MULTILINE)
    assert loaded
    assert loaded == re.findall(r"=%d/(\w+)$", UNIT, re.MULTILINE)
    match = re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert match
    assert int(match[1]) > STOP_SECONDS


@pytest.mark.parametrize("file", ["Caddyfile", "doors.Caddyfile"])
def test_caddy_accepts_its_file(file: str, tmp_path: Path) -> None:
    check_with(
        "caddy", "validate", "--adapter", "caddyfile", "--config", f"deploy/{file}",
        HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path),
        CASTROOM_HOST="castroom.example.com", CASTROOM_UPSTREAMS="replica-1:3000 replica-2:3000",
        CASTROOM_DOORS_HOST="doors.example.com", CASTROOM_DOORS_UPSTREAMS="replica-1:3100 replica-2:3100",
    )  # fmt: skip


@pytest.mark.parametrize("file", ["nginx.conf", "doors-nginx.conf"])
def test_nginx_accepts_its_file(file: str, tmp_path: Path) -> None:
    find_tool("nginx")
    subprocess.run(
        [find_tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=castroom.example.com",
         "-days", "2", "-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (ROOT / "deploy" / file).read_text("utf-8")
    site = re.sub(r"/etc/letsencrypt/live/[\w.]+", str(tmp_path), site)
    (tmp_path / "site.conf").write_text(site, "utf-8")
    folders = " ".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {folders} include {tmp_path}/site.conf; }}\n",
        "utf-8",
    )
    check_with("nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"))


def test_the_proxies_pass_on_slack_alone() -> None:
    nginx = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    caddy = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    assert re.findall(r"location (\S+) {\s*(?:#.*\s*)?(proxy_pass|return)", nginx) == [
        ("/slack/", "proxy_pass"),
        ("/", "return"),
    ]
    assert re.findall(r"handle ?(\S*) {\s*(\w+)", caddy) == [("/slack/*", "reverse_proxy"), ("", "respond")]


def test_the_proxies_of_the_doors_pass_on_both_doors_alone_and_log_no_token() -> None:
    nginx = (ROOT / "deploy" / "doors-nginx.conf").read_text("utf-8")
    caddy = (ROOT / "deploy" / "doors.Caddyfile").read_text("utf-8")
    assert re.findall(r"location (?:= )?(\S+) {\s*(proxy_pass|return)", nginx) == [
        ("/v1/", "proxy_pass"),
        ("/mcp", "proxy_pass"),
        ("/", "return"),
    ]
    assert "access_log off;" in nginx
    assert re.findall(r"@doors path (.+)", caddy) == ["/v1/* /mcp"]
    assert re.findall(r"handle ?(\S*) {\s*(\w+)", caddy) == [("@doors", "reverse_proxy"), ("", "respond")]
    assert not re.search(r"^\s*log\b", caddy, re.MULTILINE)
