"""The form for a production's settings."""

from collections.abc import Iterator
from typing import Any

from bot.domain.brief import QUORUM_LIMIT
from bot.domain.production_settings import ANY, FIELDS, NAME_LIMIT, ON, PEOPLE_FIELDS, STYLE_LIMIT, workspace_values
from bot.domain.retention import KEEP_FIELDS, KEEP_PREFIX, WORKSPACE_PREFIX
from bot.domain.target import PRESETS
from bot.usecases.production_settings import SettingsForm
from handlers.text import production_settings as words
from handlers.text.model_titles import Titles
from handlers.views import door_tokens, webhooks
from handlers.views.builder import Block, context, divider, paragraph, view
from handlers.views.fields import (
    FieldOptions,
    build_modal,
    checkboxes,
    choices_of,
    multi_select,
    number_input,
    radio_buttons,
    select,
    text_input,
    users_select,
)

CALLBACK_ID = "settings"
CURRENT = "here"
# docs.slack.dev, "Select menu element".
_MAX_OPTIONS = 100
_DOLLARS_LIMIT = 12
_OTHER_TARGETS_LIMIT = 300


def form(settings_form: SettingsForm, titles: Titles, notice: str = "") -> dict[str, Any]:
    """Build the modal; its metadata is the channel and the digest of the settings. `notice` comes first."""
    body = view(
        words.TITLE,
        paragraph(notice) if notice else None,
        paragraph(words.intro(settings_form)),
        _production_input(settings_form),
        *(_field_input(field, settings_form) for field in FIELDS),
        *_workspace_inputs(settings_form),
        door_tokens.settings_line(settings_form.place.channel) if settings_form.has_doors else None,
        webhooks.settings_line(settings_form.place.channel),
        *_audit_lines(settings_form, titles),
    )
    id_ = f"{settings_form.place.channel} {settings_form.production.digest} {settings_form.workspace.digest}"
    return build_modal(CALLBACK_ID, id_, words.TITLE, words.SAVE, body)


def _production_input(settings_form: SettingsForm) -> Block | None:
    """Return None if the channel has no choice."""
    if not settings_form.joinable:
        return None
    current = (words.current_production(settings_form.production, settings_form), CURRENT)
    choices = [
        current,
        *((words.joinable_production(other), other.id) for other in settings_form.joinable),
    ][:_MAX_OPTIONS]
    return select(
        "production",
        words.LABELS["production"],
        choices,
        CURRENT,
        hint=words.hint("production", settings_form),
    )


def _field_input(field: str, settings_form: SettingsForm) -> Block:
    label, settings = words.LABELS[field], settings_form.production.settings
    hint = words.hint(field, settings_form)
    options: FieldOptions = {"optional": True, "hint": hint}
    if field in PEOPLE_FIELDS:
        return users_select(field, label, getattr(settings, field), **options)
    if field == "name":
        return text_input(field, label, settings_form.production.name, max_length=NAME_LIMIT, **options)
    if field == "style":
        return text_input(field, label, settings.style, multiline=True, max_length=STYLE_LIMIT, **options)
    if field == "quorum":
        return number_input(field, label, settings.quorum, 1, QUORUM_LIMIT, **options)
    if field == "models":
        selected = {m.id for m in settings_form.models if {m.id, m.name} & set(settings.models)}
        choices = [(words.model(m), m.id) for m in settings_form.models][:_MAX_OPTIONS]
        return multi_select(field, label, words.MODELS_EMPTY, choices, selected, **options)
    if field == "look":
        return select(field, label, choices_of(words.LOOKS), settings.look or ANY)
    if field in words.TICK_BOXES:
        ticked = [ON] if getattr(settings, field) else []
        return checkboxes(field, label, [(words.TICK_BOXES[field], ON)], ticked)
    if field == "ai_training":
        return select(field, label, choices_of(words.AI_TRAINING), settings.ai_training, hint=hint)
    if field == "ballot":
        return radio_buttons(field, label, choices_of(words.BALLOTS), settings.ballot)
    if field == "for":
        spans = sorted({*words.SPANS, settings.open_for})
        minutes = {span: str(int(span.total_seconds() // 60)) for span in spans}
        choices = [(words.duration(span), minutes[span]) for span in spans]
        return select(field, label, choices, minutes[settings.open_for])
    if field == "targets":
        choices = [(name, name) for name in dict.fromkeys((*PRESETS, *settings.targets))]
        return multi_select(field, label, words.TARGETS_EMPTY, choices, settings.targets, **options)
    if field == "other_targets":
        return text_input(field, label, max_length=_OTHER_TARGETS_LIMIT, **options)
    if field in KEEP_FIELDS:
        most = getattr(settings_form.retention, field.removeprefix(KEEP_PREFIX))
        return number_input(field, label, getattr(settings, field), 1, most, **options)
    cap = getattr(settings, field)
    return text_input(field, label, "" if cap is None else str(cap), max_length=_DOLLARS_LIMIT, **options)


def _workspace_inputs(settings_form: SettingsForm) -> Iterator[Block | None]:
    """Offer the workspace's times to its administrators; others read them below the production's fields."""
    if not settings_form.may_change_workspace:
        return
    yield divider()
    yield paragraph(words.WORKSPACE)
    for field, days in workspace_values(settings_form.workspace).items():
        kind = field.removeprefix(WORKSPACE_PREFIX).removeprefix(KEEP_PREFIX)
        label, hint = words.LABELS[field.removeprefix(WORKSPACE_PREFIX)], words.hint(field, settings_form)
        most = getattr(settings_form.retention, kind)
        yield number_input(field, label, days, 1, most, optional=True, hint=hint)


def _audit_lines(settings_form: SettingsForm, titles: Titles) -> Iterator[Block | None]:
    if settings_form.changes:
        yield divider()
        yield context(words.LAST_CHANGES)
        for line in words.audit_lines(settings_form.changes, titles):
            yield context(line)
