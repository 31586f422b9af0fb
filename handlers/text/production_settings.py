"""The settings of a production: fields, field errors and the audit log."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from bot.domain.audit import AuditEvent
from bot.domain.brief import BallotMode
from bot.domain.catalogue import Look, ModelSpec, Size
from bot.domain.errors import BriefError
from bot.domain.production import AiTraining, Production
from bot.domain.production_settings import OWN_PRODUCTION, PEOPLE_FIELDS, PEOPLE_LIMIT, STYLE_LIMIT
from bot.domain.retention import KEEP_FIELDS, KEEP_PREFIX, WORKSPACE_FIELDS, WORKSPACE_PREFIX
from bot.usecases.production_settings import JOINED, SET_PREFIX, JoinableProduction, SettingsForm
from handlers.text.format import channel, dollars, escape_mrkdwn, join_words, people, person, pluralize, truncate, when
from handlers.text.model_titles import Titles

TITLE = "Settings"
SAVE = "Save"
LAST_CHANGES = "Last changes"
CONFLICT = (
    "Someone else saved these settings while you had them open. Your changes were not saved; these are the current "
    "settings."
)

LABELS = {
    "production": "Casts for",
    "name": "Production",
    "models": "Models",
    "look": "Look",
    "learn_routing": "Learn from votes",
    "ai_training": "AI training with the faces",
    "ask_look_alikes": "Similar faces",
    "style": "House style",
    "ballot": "Ballot",
    "for": "Voting stays open for",
    "quorum": "Voters needed",
    "may_start": "Who may start rounds",
    "may_spend": "Who may spend",
    "may_lock": "Who may lock a face",
    "may_change_settings": "Who may change these settings",
    "per_round": "Most for a round, in dollars",
    "per_month": "Most for a month, in dollars",
    "targets": "Pipeline targets",
    "other_targets": "Other targets",
    "keep_portraits": "Keep portraits that were not locked, in days",
    "keep_photos": "Keep attached photos, in days",
    "keep_voters": "Keep who voted for what, in days",
    "keep_audit": "Keep entries of the audit log, in days",
}
WORKSPACE = "*For the whole workspace*\nWhere a production leaves its own times empty. For administrators only."
TICK_BOXES = {
    "ask_look_alikes": "After a lock, ask in its thread about similar faces of the cast",
    "learn_routing": "Closed blind ballots choose the models, where the brief names none",
}
AI_TRAINING = {
    AiTraining.NOT_ALLOWED: "Not allowed",
    AiTraining.ALLOWED: "Allowed",
    AiTraining.NOT_STATED: "Not stated",
}
MODELS_EMPTY = "Chosen by each brief"
TARGETS_EMPTY = "None"
LOOKS = {
    "any": "Chosen by each brief",
    Look.SKIN: "Skin: natural skin first",
    Look.LITERAL: "Literal: wardrobe and expression first",
    Look.BALANCED: "Balanced",
}
BALLOTS = {
    BallotMode.OPEN: "Quick: votes are visible as they arrive",
    BallotMode.SEALED: "Sealed: counts stay hidden until the close",
}
SPANS = tuple(timedelta(hours=hours) for hours in (1, 4, 24, 48, 72, 168))

_HINTS = {
    "models": "Empty: each brief selects two. Prices are per portrait.",
    "style": "Added to every prompt and shown in each round's message.",
    "quorum": "With fewer voters the result doesn't stand. Empty: one is enough.",
    "targets": "Each record lists them with what people or programs reported: accepted, refused, needs approval.",
    "other_targets": "Names separated by commas, such as Flow, in-house comp. They are added to the list above.",
    "ai_training": "Signed into the passport of each face, for training and data mining. A signed passport cannot be "
    "taken back.",
    "may_start": "Empty: everyone except guests and other organizations.",
    "may_spend": "Re-rolls and finishes. Empty: everyone except guests and other organizations. Starting a round "
    "also spends.",
    "may_lock": "They lock instead of the lead. Empty: the round's lead.",
    "may_change_settings": "Empty: everyone except guests and other organizations.",
}
_FIELD_ERRORS = {
    ("production", "first_join"): "Switch the production first, then change its settings: your changes here belong "
    "to the current production.",
    ("production", "unseen"): "You are no longer in a channel of this production.",
    ("name", "too_long"): "The name has {got} characters; up to {limit} fit.",
    ("style", "too_long"): "The style has {got} characters; up to {limit} fit.",
    ("models", "too_many"): "{got} models are too many: {limit} portraits fit into one round.",
    ("quorum", "not_a_count"): "A number of people from 1 to {limit}.",
    ("per_round", "above"): "Castroom allows ${got} a round, and a production can only go below that.",
    ("per_month", "above"): "Castroom allows ${got} a month, and a production can only go below that.",
    ("other_targets", "too_long"): "A name has up to {limit} characters, not {got}.",
    ("other_targets", "too_many_targets"): "Up to {limit} targets fit, not {got}.",
    ("other_targets", "unnamed"): "Write names separated by commas.",
    ("may_change_settings", "yourself"): "Include yourself, or you could not undo this.",
}
_PROBLEMS = {
    "control": "It contains a character that cannot be used ({got}). Type it again.",
    "shuts_out": "{known} would lose this permission. Include them, or ask them or a workspace administrator.",
    "option_inside": "“{got}” looks like an option. Remove it, or write it without the two dashes.",
    "not_administrator": "Only administrators of the workspace change this for the whole workspace.",
    "not_days": "A number of days, such as 30, not {got}.",
    "too_many_days": "Castroom keeps this for {limit} days at most; this can only be less.",
    "not_dollars": "An amount like 2.50, not {got}.",
    "out_of_range": "Voting stays open for 5 minutes to 30 days.",
    "too_many": f"Up to {PEOPLE_LIMIT} people fit.",
}
_FIELD_NAMES = {
    "name": "the name",
    "models": "the models",
    "look": "the look",
    "learn_routing": "learning from votes",
    "ai_training": "what passports say about AI training",
    "ask_look_alikes": "questions about similar faces",
    "style": "the house style",
    "ballot": "the ballot",
    "for": "how long votes stay open",
    "quorum": "the quorum",
    "may_start": "who may start rounds",
    "may_spend": "who may spend",
    "may_lock": "who may lock a face",
    "may_change_settings": "who may change the settings",
    "per_round": "the most for a round",
    "per_month": "the most for a month",
    "targets": "the pipeline targets",
    "webhooks": "the webhooks",
    "webhook_secret": "the webhook secret",
    "keep_portraits": "how long portraits are kept",
    "keep_photos": "how long photos are kept",
    "keep_voters": "how long it is kept who voted",
    "keep_audit": "how long the audit log is kept",
    "workspace_keep_portraits": "how long the workspace keeps portraits",
    "workspace_keep_photos": "how long the workspace keeps photos",
    "workspace_keep_voters": "how long the workspace keeps who voted",
    "workspace_keep_audit": "how long the workspace keeps the audit log",
}
_EMPTY_GROUPS = {"may_lock": "the lead"}
_VALUE_LIMIT = 80


def intro(form: SettingsForm) -> str:
    """Say what the form changes."""
    production = form.production
    others = sum(channel_id != form.place.channel for channel_id in production.channels)
    shared = f", with {pluralize(others, 'other channel')}" if others > 0 else ""
    return (
        f"How {channel(form.place.channel)}{shared} casts, from the next round on. Options in a command override this."
    )


def hint(field: str, form: SettingsForm) -> str:
    """Return the hint below a field."""
    if field == "production":
        return (
            "Channels of one production share names, settings and the month's cap. "
            "A face is still seen only where it was cast."
        )
    if field == "name":
        return f"If empty, uses the channel's name: {_channel_name(form.channel)}."
    if field == "per_round":
        return f"Castroom allows {dollars(form.caps.per_round)}; this can only be less."
    if field == "per_month":
        months = [m for m in (form.caps.per_production_month, form.caps.per_workspace_month) if m is not None]
        return f"Castroom allows {dollars(min(months))}; this can only be less." if months else "Empty: no cap."
    if field in KEEP_FIELDS:
        return _days_hint(field.removeprefix(KEEP_PREFIX), form)
    if field in WORKSPACE_FIELDS:
        most = getattr(form.retention, field.removeprefix(WORKSPACE_PREFIX).removeprefix(KEEP_PREFIX))
        return f"Empty: {pluralize(most, 'day')}, the most that Castroom allows."
    return _HINTS.get(field, "")


def _days_hint(kind: str, form: SettingsForm) -> str:
    """Say what an empty field of a production means, and the most that it may be."""
    most, workspace = getattr(form.retention, kind), getattr(form.workspace, kind)
    if workspace is None:
        return f"After the round has ended. Empty: {pluralize(most, 'day')}, which is the most."
    days = pluralize(min(workspace, most), "day")
    return f"After the round has ended. Empty: {days}, as the workspace. {most} at most."


def model(spec: ModelSpec) -> str:
    """Return `Recraft V4.1 · $0.04 a portrait`."""
    return f"{spec.title} · {dollars(spec.price(Size.DRAFT))} a portrait"


def duration(delta: timedelta) -> str:
    """Return `4 hours`, `3 days` or `a week`."""
    minutes = int(delta.total_seconds() // 60)
    if minutes == 7 * 24 * 60:
        return "a week"
    if minutes % (24 * 60) == 0:
        return pluralize(minutes // (24 * 60), "day")
    return pluralize(minutes // 60, "hour") if minutes % 60 == 0 else pluralize(minutes, "minute")


def current_production(production: Production, form: SettingsForm) -> str:
    """Label the channel's current production in the menu."""
    return production.name or _channel_name(form.channel)


def joinable_production(production: JoinableProduction) -> str:
    if production.id == OWN_PRODUCTION:
        return f"Its own production: {production.name}" if production.name else "Its own production"
    return production.name or _channel_name(production.channel)


def field_error(error: BriefError) -> str:
    """Say what is wrong with a field, in plain text."""
    pattern = _FIELD_ERRORS.get((error.field, error.problem)) or _PROBLEMS.get(error.problem, "This cannot be saved.")
    return pattern.format(
        got=truncate(error.got, _VALUE_LIMIT),
        limit=error.limit or STYLE_LIMIT,
        known=join_words([truncate(name, _VALUE_LIMIT) for name in error.allowed[:5]]),
    )


def name_conflict(names: Sequence[str]) -> str:
    shown = [escape_mrkdwn(truncate(name, _VALUE_LIMIT)) for name in names[:5]]
    more = [f"{len(names) - 5} more"] if len(names) > 5 else []
    consequence = "Names are shared, so the productions cannot be merged. Nothing was changed."
    return f"Both productions have {join_words([*shown, *more])}. {consequence}"


def saved(events: Sequence[AuditEvent], titles: Titles) -> str:
    """Tell the user what was saved."""
    if not events:
        return "No settings were changed."
    changes = join_words([_change(event, titles) for event in events])
    if events[0].action == JOINED:
        return f"Done: this channel {changes}. Names, settings and the month's cap are shared from now on."
    return f"Saved: {changes}. New rounds use this."


def permissions_changed(events: Sequence[AuditEvent], titles: Titles) -> str:
    """Tell the channel who changed which permissions or its production; empty for other changes."""
    changed = [e for e in events if e.action == JOINED or e.action.removeprefix(SET_PREFIX) in PEOPLE_FIELDS]
    if not changed:
        return ""
    changes = join_words([_change(event, titles) for event in changed])
    user = person(changed[0].person)
    what = f"this: the channel {changes}" if changed[0].action == JOINED else changes
    return f"{user} changed {what}. `/cast settings` shows all settings."


def audit_lines(events: Sequence[AuditEvent], titles: Titles) -> list[str]:
    """Return lines like `@lena changed the ballot from quick to sealed · yesterday at 18:00`, one per save."""
    texts = []
    for (user, at), group in groupby(events, lambda event: (event.person, event.at)):
        saved_together = list(group)[::-1]
        changes = join_words([_change(event, titles) for event in saved_together])
        verb = "let this channel cast" if saved_together[0].action == JOINED else "changed"
        who = person(user) if user else "Castroom"
        texts.append(f"{who} {verb} {changes.removeprefix('casts ')} · {when(at)}")
    return texts


def _change(event: AuditEvent, titles: Titles) -> str:
    old, _, new = event.detail.partition("\n")
    if event.action == JOINED:
        return f"casts for {_production(new)}, no longer for {_production(old)}"
    field = event.action.removeprefix(SET_PREFIX)
    if field == "webhook_secret":
        return f"the webhook secret of {escape_mrkdwn(new)}"
    before = f" from {_value(field, old, titles)}" if old else ""
    return f"{_FIELD_NAMES.get(field, field)}{before} to {_value(field, new, titles)}"


def _value(field: str, text: str, titles: Titles) -> str:
    if field in PEOPLE_FIELDS:
        return people(text.split()) or _EMPTY_GROUPS.get(field, "everyone")
    if field in ("per_round", "per_month"):
        return dollars(Decimal(text)) if text else "Castroom's"
    if field in KEEP_FIELDS:
        return pluralize(int(text), "day") if text else "the workspace's"
    if field in WORKSPACE_FIELDS:
        return pluralize(int(text), "day") if text else "Castroom's"
    if field in TICK_BOXES:
        return "on" if text else "off"
    if field == "ai_training":
        return AI_TRAINING[AiTraining(text)].lower()
    if field == "models":
        return join_words([escape_mrkdwn(titles(model_id)) for model_id in text.split()]) or "those chosen by the brief"
    if field == "for":
        return duration(timedelta(minutes=int(text)))
    if field in ("targets", "webhooks"):
        return escape_mrkdwn(text) or "none"
    if field in ("style", "name"):
        return f"“{escape_mrkdwn(truncate(text, _VALUE_LIMIT))}”" if text else "nothing"
    return escape_mrkdwn(text) or ("the brief's choice" if field == "look" else "none")


def _production(label: str) -> str:
    return channel(label[1:]) if label.startswith("#") else escape_mrkdwn(label)


def _channel_name(name: str) -> str:
    return f"#{name}" if name else "this conversation"
