""".env.example lists every setting with its default."""

from pathlib import Path

from bot.settings import Settings

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"


def lines() -> list[str]:
    return EXAMPLE.read_text("utf-8").splitlines()


def test_example_lists_exactly_the_settings() -> None:
    named = {line.split("=")[0] for line in lines() if "=" in line and not line.startswith("#")}
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_setting_has_a_comment_above_it() -> None:
    commented = True
    for line in lines():
        if "=" in line and not line.startswith("#"):
            assert commented, line
        elif not line:
            commented = False
        commented = commented or line.startswith("#")


def test_example_shows_the_actual_defaults() -> None:
    shown = dict(line.split("=", 1) for line in lines() if "=" in line and not line.startswith("#"))
    for name, field in Settings.model_fields.items():
        if shown[name.upper()] and field.default not in (None, ""):
            assert shown[name.upper()] == str(field.default)
