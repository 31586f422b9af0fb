"""A form of a round as it comes back from Slack."""

from bot.brief import BallotMode, IntendedUse
from bot.catalogue import Look, Size
from bot.draft import Draft, ReferenceKind
from handlers.blocks.form import FIELD_PREFIX
from handlers.payloads import FormSubmission, parse_datetime, parse_number, parses_payload


@parses_payload
def draft_from(submission: FormSubmission) -> Draft:
    """What stands in the fields; what Slack left out counts as empty. Raises BadPayload for what none of ours holds."""

    def value(field: str) -> str:
        return submission.value(FIELD_PREFIX + field)

    def values(field: str) -> tuple[str, ...]:
        return tuple(submission.values.get(FIELD_PREFIX + field, ()))

    picture_kind = value("real")
    return Draft(
        name=value("name"),
        text=value("text"),
        look=Look(value("look")) if value("look") else None,
        models=values("models"),
        per_model=_parse_optional_number(value("each")),
        aspect=value("aspect") or "3:4",
        size=Size(value("size") or Size.DRAFT),
        reference_kind=ReferenceKind(value("like") or ReferenceKind.NONE),
        reference_character=value("face"),
        photo_file_id=value("picture"),
        shows_real_person=picture_kind == "photo" if picture_kind else None,
        has_consent=bool(value("agreed")),
        closes_at=parse_datetime(value("until")) if value("until") else None,
        ballot=BallotMode(value("ballot") or BallotMode.OPEN),
        voters=values("voters"),
        quorum=_parse_optional_number(value("quorum")),
        use=IntendedUse(value("use")) if value("use") else None,
        lead=value("lead"),
    )


def _parse_optional_number(text: str) -> int | None:
    """A field for numbers is checked by Slack when it is sent, not while somebody types."""
    return parse_number(text) if text.isascii() and text.isdigit() else None
