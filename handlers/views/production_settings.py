"""The form for a production's settings."""

from collections.abc import Iterator
from typing import Any

from bot.domain.brief import QUORUM_LIMIT
from bot.domain.production_settings import (
    ANY,
    FIELDS,
    NAME_LIMIT,
    ON,
    PEOPLE_FIELDS,
    STYLE_LIMIT,
    workspace_values,
)
from bot.domain.retention import KEEP_FIELDS, KEEP_PREFIX, WORKSPACE_PREFIX
from bot.domain.target import PRESETS
from bot.usecases.production_settings import SettingsForm
from handlers.text import production_settings as production_settings_text
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
        production_settings_text.TITLE,
        paragraph(notice) if notice else None,
        paragraph(production_settings_text.intro(settings_form)),
        _production_input(settings_form),
        *(_field_input(field, settings_form) for field in FIELDS),
        *_workspace_inputs(settings_form),
        door_tokens.settings_line(settings_form.place.channel) if settings_form.has_doors else None,
        webhooks.settings_line(settings_form.place.channel),
        *_audit_lines(settings_form, titles),
    )
    id_ = f"{settings_form.place.channel} {settings_form.production.digest} {settings_form.workspace.digest}"
    return build_modal(CALLBACK_ID, id_, production_settings_text.TITLE, production_settings_text.SAVE, body)


def _production_input(settings_form: SettingsForm) -> Block | None:
    """Return None if the channel has no choice."""
    if not settings_form.joinable:
        return None
    current = (production_settings_text.current_production(settings_form.production, settings_form), CURRENT)
    choices = [
        current,
        *((production_settings_text.joinable_production(other), other.id) for other in settings_form.joinable),
    ][:_MAX_OPTIONS]
    return select(
        "production",
        production_settings_text.LABELS["production"],
        choices,
        CURRENT,
        FieldOptions(hint=production_settings_text.hint("production", settings_form)),
    )


def _field_input(field: str, settings_form: SettingsForm) -> Block:
    label, settings = production_settings_text.LABELS[field], settings_form.production.settings
    field_options = FieldOptions(optional=True, hint=production_settings_text.hint(field, settings_form))
    if field in PEOPLE_FIELDS:
        return users_select(field, label, getattr(settings, field), field_options)
    if field == "name":
        return text_input(
            field, label, settings_form.production.name, max_length=NAME_LIMIT, field_options=field_options
        )
    if field == "style":
        return text_input(
            field, label, settings.style, multiline=True, max_length=STYLE_LIMIT, field_options=field_options
        )
    if field == "quorum":
        return number_input(field, label, settings.quorum, 1, QUORUM_LIMIT, field_options)
    if field == "models":
        selected = {m.id for m in settings_form.models if {m.id, m.name} & set(settings.models)}
        choices = [(production_settings_text.model(m), m.id) for m in settings_form.models][:_MAX_OPTIONS]
        return multi_select(field, label, production_settings_text.MODELS_EMPTY, choices, selected, field_options)
    if field == "look":
        return select(
            field,
            label,
            choices_of(production_settings_text.LOOKS),
            settings.look or ANY,
        )
    if field == "learn_routing":
        ticked = [ON] if settings.learn_routing else []
        return checkboxes(field, label, [(production_settings_text.LEARN_ROUTING, ON)], ticked)
    if field == "ai_training":
        choices = choices_of(production_settings_text.AI_TRAINING)
        return select(field, label, choices, settings.ai_training, FieldOptions(hint=field_options.hint))
    if field == "ask_look_alikes":
        ticked = [ON] if settings.ask_look_alikes else []
        return checkboxes(field, label, [(production_settings_text.ASK_LOOK_ALIKES, ON)], ticked)
    if field == "ballot":
        return radio_buttons(field, label, choices_of(production_settings_text.BALLOTS), settings.ballot)
    if field == "for":
        spans = sorted({*production_settings_text.SPANS, settings.open_for})
        minutes = {span: str(int(span.total_seconds() // 60)) for span in spans}
        return select(
            field,
            label,
            [(production_settings_text.duration(s), minutes[s]) for s in spans],
            minutes[settings.open_for],
        )
    if field == "targets":
        names = dict.fromkeys((*PRESETS, *settings.targets))
        choices = [(name, name) for name in names]
        return multi_select(
            field, label, production_settings_text.TARGETS_EMPTY, choices, settings.targets, field_options
        )
    if field == "other_targets":
        return text_input(field, label, max_length=_OTHER_TARGETS_LIMIT, field_options=field_options)
    if field in KEEP_FIELDS:
        most = getattr(settings_form.retention, field.removeprefix(KEEP_PREFIX))
        return number_input(field, label, getattr(settings, field), 1, most, field_options)
    cap = getattr(settings, field)
    return text_input(
        field, label, "" if cap is None else str(cap), max_length=_DOLLARS_LIMIT, field_options=field_options
    )


def _workspace_inputs(settings_form: SettingsForm) -> Iterator[Block | None]:
    """Offer the workspace's times to its administrators; others read them below the production's fields."""
    if not settings_form.may_change_workspace:
        return
    yield divider()
    yield paragraph(production_settings_text.WORKSPACE)
    for field, days in workspace_values(settings_form.workspace).items():
        kind = field.removeprefix(WORKSPACE_PREFIX).removeprefix(KEEP_PREFIX)
        options = FieldOptions(optional=True, hint=production_settings_text.hint(field, settings_form))
        label = production_settings_text.LABELS[field.removeprefix(WORKSPACE_PREFIX)]
        yield number_input(field, label, days, 1, getattr(settings_form.retention, kind), options)


def _audit_lines(settings_form: SettingsForm, titles: Titles) -> Iterator[Block | None]:
    if settings_form.changes:
        yield divider()
        yield context(production_settings_text.LAST_CHANGES)
        for line in production_settings_text.audit_lines(settings_form.changes, titles):
            yield context(line)
