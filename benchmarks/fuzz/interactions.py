"""Everything that users can send from Slack: valid, foreign, at the wrong time, or nonsense."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from benchmarks.fuzz.app import StoredIds
from benchmarks.fuzz.payloads import ballot_submission, block_suggestion, message_shortcut
from benchmarks.fuzz.values import SNIPPETS, mutate
from tests.support import slack_payloads
from tests.support.slack_payloads import form_submission

_COMMAND_LINES = (
    "", "help", "list", "roster", "spend", "settings", "Maya", "Otto", "nobody", "history Maya",
    "alias Maya = the fisherwoman", "alias Maya =", "Maya: again", "Otto: again", "Noor: a diver",
    "Noor: a diver --each 2 --ballot sealed --voters @mei", "Noor: a diver --like Maya --models nano-banana",
    "Noor: a diver --like photo", "Noor: a diver --models gpt-image-2 --4k",
)  # fmt: skip
_ROUND_ACTIONS = (
    "open_now", "cancel", "close", "extend", "run_off", "drop", "take_over", "reroll", "reroll_all", "refine",
    "look", "paper", "full", "facts", "take", "versions", "recast_face", "lock", "share", "history", "earlier",
)  # fmt: skip
_SLOT_ACTIONS = (
    "vote:1", "vote:8", "choose:1", "reroll_one", "reroll_one:2", "vary", "decide", "charged:0", "not_charged:1",
    "seen:0",
)  # fmt: skip
_EMOJI = ("one", "two", "eight", "heart", "one::skin-tone-9")
_FORM_ACTIONS = ("cast_look", "cast_size", "cast_like", "cast_each", "cast_models")
_HOME_ACTIONS = ("card:1", "card_full", "card_facts", "card_take", "page:next", "everyone", "production p")


def payloads(ids: StoredIds) -> SearchStrategy[Any]:
    """Well-formed payloads, though not always from a permitted user or at a permitted time."""
    people = st.sampled_from(("U1",) * 5 + ("U0MEI", "U2", "U3", "U9", "nobody"))
    teams = st.sampled_from(("T1",) * 6 + ("T2", "T9"))
    rounds = st.sampled_from((*ids.rounds, *ids.foreign, *ids.slots[:2]))
    slots = st.sampled_from((*ids.slots, *ids.foreign, ids.voting))
    anything = st.sampled_from((*ids.all, *SNIPPETS[:45], "2", "-1", "9" * 12))
    two_part_values = st.builds(
        "{} {}".format, rounds, st.one_of(slots, st.sampled_from(("drop", "extend 1764000000", "1", "extend x")))
    )
    three_part_values = st.builds(
        "{} {} {}".format, rounds, st.sampled_from(("0", "1", "x")), st.sampled_from(("recraft:crispUpscale", "x"))
    )
    private_actions = st.sampled_from(
        ("recast", "cast_with:instead", "cast_with:only", "recall:1", "history:2", "share_roster", "share")
    )
    characters = st.sampled_from((*ids.characters, ids.locked, "2"))
    pages = st.sampled_from(
        ("", '{"page":99999999999999999999}', "[]", '{"words":"\\u0000","production":"x","page":-3}')
    )
    timestamps = st.sampled_from(("1764000001.000200", "1764000009.1", "99999999999.9"))

    def press(action: SearchStrategy[str], value: SearchStrategy[str]) -> SearchStrategy[Any]:
        return st.builds(_press, action, value, people, teams, timestamps)

    return st.one_of(
        st.builds(
            _command, st.sampled_from((*_COMMAND_LINES, *SNIPPETS)), people, teams, st.sampled_from(("C1", "C2", "D1"))
        ),
        press(st.sampled_from(_ROUND_ACTIONS), st.one_of(rounds, rounds, anything)),
        press(st.sampled_from(_SLOT_ACTIONS), st.one_of(slots, slots, anything)),
        press(st.sampled_from(("lock", "more", "keep_finish", "keep_original")), two_part_values),
        press(st.just("finish"), three_part_values),
        press(private_actions, anything),
        st.builds(_home, st.sampled_from(_HOME_ACTIONS), st.one_of(characters, rounds, anything), pages, teams),
        st.builds(_search, st.sampled_from((*SNIPPETS, "may")), teams),
        st.builds(_reaction, st.sampled_from(_EMOJI), st.booleans(), people),
        st.builds(
            slack_payloads.mention_event,
            st.sampled_from(tuple(f"<@U0BOT> {line}" for line in (*_COMMAND_LINES, *SNIPPETS))),
        ),
        _form_payloads(ids, anything, rounds, teams, people),
    )


def cases(ids: StoredIds) -> SearchStrategy[Any]:
    """Payloads, two thirds of them mutated."""
    valid = payloads(ids)
    return st.one_of(valid, mutate(valid, *ids.all), mutate(valid, *ids.all))


def _form_payloads(
    ids: StoredIds, anything: SearchStrategy[str], rounds: SearchStrategy[str], teams: SearchStrategy[str],
    people: SearchStrategy[str],
) -> SearchStrategy[Any]:  # fmt: skip
    private_metadata = st.one_of(st.just(ids.form_draft), st.just(ids.form_draft), anything)
    words = st.sampled_from((*SNIPPETS, "older"))
    callback_ids = st.sampled_from(
        ("refine", "form_recast", "settings", "recast_face", "photo", "paper", "form", "nobody's")
    )
    submission_metadata = st.one_of(
        anything,
        st.builds("C1 {}".format, st.just(ids.digest)),
        st.builds(
            "{} {} {}".format, rounds, st.sampled_from(("1", "x")), st.sampled_from(("0.10", "none", "NaN", "1e9"))
        ),
    )
    fields = st.sampled_from(
        ("brief", "reason", "how", "name", "style", "per_round", "quorum", "for", "production", "may_change_settings")
    )
    return st.one_of(
        st.builds(form_submission, private_metadata, teams, people),
        st.builds(
            ballot_submission,
            st.just(ids.sealed) | rounds,
            st.sampled_from(ids.ballot_slots),
            st.sampled_from(ids.slots),
        ),
        st.builds(
            lambda kind, own, field, value, team: slack_payloads.view_submission(
                kind, own, team=team, **{field: value}
            ),
            callback_ids,
            submission_metadata,
            fields,
            words,
            teams,
        ),
        st.builds(
            form_submission,
            private_metadata,
            teams,
            like=st.just({"type": "radio_buttons", "selected_option": {"value": "picture"}}),
            picture=st.just({"type": "file_input", "files": [{"id": "F0ATTACHED1"}]}),
        ),
        st.builds(
            block_suggestion,
            st.sampled_from(("cast_name", "cast_face", "cast_x")),
            words,
            private_metadata,
            teams,
            people,
        ),
        st.builds(message_shortcut, words, teams, people),
        st.builds(_form_action, st.sampled_from(_FORM_ACTIONS), private_metadata, teams),
        st.builds(
            lambda which, own, value: slack_payloads.modal_choice(which, own, **{which: [value]}),
            st.sampled_from(("look_at", "look_large", "version_left", "version_right", "version_large:1:2")),
            rounds,
            anything,
        ),
    )


def _command(line: str, person: str, team: str, channel: str) -> Any:
    return slack_payloads.slash_command(line, channel, person, team)


def _press(action: str, value: str, person: str, team: str, action_ts: str) -> Any:
    return slack_payloads.message_press(action, value, person=person, team=team, action_ts=action_ts)


def _home(action: str, value: str, private_metadata: str, team: str) -> Any:
    return _by_lead(slack_payloads.view_action(action, value, private_metadata=private_metadata, team=team))


def _search(text: str, team: str) -> Any:
    return slack_payloads.view_action("search", text, kind="plain_text_input", team=team)


def _reaction(name: str, added: bool, person: str) -> Any:
    return slack_payloads.reaction_event(name, added=added, person=person)


def _form_action(action: str, private_metadata: str, team: str) -> Any:
    """A choice in the form; the payload contains the whole form."""
    submission = form_submission(private_metadata, team)
    body = _by_lead(
        slack_payloads.view_action(
            action, "skin", private_metadata=private_metadata, kind="static_select", team=team, view="modal"
        )
    )
    return {**body, "view": {**body["view"], "state": submission["view"]["state"]}}


def _by_lead(body: Any) -> Any:
    return {**body, "user": {**body["user"], "id": "U1"}}
