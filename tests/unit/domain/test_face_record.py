"""The record of a face: whole brief, every ballot, and names beside ids."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.ballot import BallotStage, BallotSubmission, FlawTag, RunOff, Tally
from bot.domain.brief import BallotMode, Consent, Ground, IntendedUse, Reference
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.usecases.face_record import RecordContext, face_record, record_lines
from tests.support.builders import make_face
from tests.support.storage_builders import make_round, make_vote_input

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
NAMES = {
    "U0LEAD": "Lena Ortiz",
    "U-lead": "Lena Ortiz",
    "U2": "Daniel Oka",
    "U3": "Mei Tanaka",
    "C0FILM": "harbour-film",
}


def numbered_round(**changes: object) -> Round:
    round_ = make_round(slots=2)
    slots = tuple(replace(slot, number=n) for n, slot in enumerate(round_.slots, start=1))
    return replace(round_, slots=slots, state=RoundState.LOCKED, **changes)  # type: ignore[arg-type]


def submission(person: str, stage: BallotStage, *slots: str) -> BallotSubmission:
    return BallotSubmission("r1", person, stage, frozenset(slots), frozenset(slots), {}, 1)


def text_of(context: RecordContext) -> str:
    face = make_face("Maya")
    names = context.names or {face.place.channel: "harbour-film", face.lead: "Lena Ortiz", **NAMES}
    return "\n".join(record_lines(face_record(face, None, replace(context, names=names))))


def test_people_and_the_channel_have_their_names_before_their_ids() -> None:
    face = make_face("Maya")
    lines = text_of(RecordContext(numbered_round())).splitlines()
    assert f"  channel: harbour-film ({face.place.channel})" in lines
    assert f"lead: Lena Ortiz ({face.lead})" in lines
    assert not any(line.startswith("names") for line in lines)


def test_an_id_without_a_name_stands_alone() -> None:
    face = make_face("Maya")
    assert f"lead: {face.lead}" in record_lines(face_record(face, None, RecordContext(numbered_round())))


def test_the_brief_is_whole() -> None:
    consent = Consent("U2", AT, "She agreed to this use.")
    round_ = numbered_round()
    brief = replace(
        round_.brief,
        style="1920s, overcast",
        reference=Reference("photo", "k", "ab" * 32, consent),
        voters=("U2", "U3"),
        quorum=2,
        use=IntendedUse.FILM,
        aspect="16:9",
        ground=Ground.WHITE,
        open_for=timedelta(hours=4),
    )
    text = text_of(RecordContext(replace(round_, brief=brief)))
    for fact in (
        "  house style: 1920s, overcast",
        "    of: photo",
        "      by: Daniel Oka (U2)",
        "      wording: She agreed to this use.",
        "  voters named: Daniel Oka (U2), Mei Tanaka (U3)",
        "  quorum: 2",
        "  aspect: 16:9",
        "  background: white",
        "  open for hours: 4.0",
    ):
        assert fact in text.splitlines(), fact


def test_both_ballots_are_there_with_their_voters() -> None:
    round_ = numbered_round(tally=Tally({1: 2}, 2), run_off=RunOff((1, 2), Tally({1: 1, 2: 1}, 2)))
    votes = (make_vote_input(round_, 0, "U2", 1), make_vote_input(round_, 1, "U3", 1))
    submissions = (
        submission("U2", BallotStage.RUN_OFF, round_.slots[0].id),
        submission("U3", BallotStage.RUN_OFF, round_.slots[0].id),
    )
    first, second = face_record(make_face("Maya"), None, RecordContext(round_, votes, submissions))["ballots"]
    assert (first["ballot"], first["votes"], first["people"]) == ("first", {"1": 1, "2": 1}, ["U2", "U3"])
    assert (second["ballot"], second["votes"], second["people"]) == ("run-off", {"1": 2}, ["U2", "U3"])
    lines = text_of(RecordContext(round_, votes, submissions)).splitlines()
    assert ("ballot 1:" in lines, "ballot 2:" in lines) == (True, True)
    assert "  people: Daniel Oka (U2), Mei Tanaka (U3)" in lines


def test_a_sealed_ballot_has_its_results_and_no_people() -> None:
    round_ = numbered_round()
    round_ = replace(round_, brief=replace(round_.brief, ballot=BallotMode.SEALED))
    numbers = {slot.id: slot.number or 0 for slot in round_.slots}
    sealed = replace(
        submission("U2", BallotStage.FIRST, round_.slots[0].id), flaw_tags={round_.slots[1].id: (FlawTag.EYES,)}
    )
    round_ = replace(round_, tally=Tally.from_submissions([sealed], numbers))
    (ballot,) = face_record(make_face("Maya"), None, RecordContext(round_, (), (sealed,)))["ballots"]
    assert (ballot["kind"], ballot["votes"], ballot["people"]) == ("sealed", {"1": 1, "2": 0}, None)
    assert (ballot["reads_human"], ballot["flaws"]) == ({"1": 1, "2": 0}, {"2": {"eyes": 1}})
    assert "U2" not in text_of(RecordContext(round_, (), (sealed,)))
