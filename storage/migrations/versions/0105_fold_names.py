"""Names get the keys of the present fold. Names that become equal stay two characters: the later one gets a number."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from alembic import op

from bot.domain.brief import NAME_LIMIT
from bot.domain.names import normalize_name

revision = "0105"
down_revision = "0103"
branch_labels = None
depends_on = None

# A name that shows nothing is no name any more.
_NAMELESS = "Unnamed"
_BATCH_SIZE = 500

_productions = sa.table("productions", sa.column("id"), sa.column("team"), sa.column("channel"))
_characters = sa.table("characters", *map(sa.column, ("id", "production_id", "name", "name_key", "has_face")))
_aliases = sa.table("aliases", *map(sa.column, ("production_id", "name_key", "name", "character_id")))
_rounds = sa.table("rounds", *map(sa.column, ("id", "character_id", "opened_at")), sa.column("brief", sa.JSON))
_faces = sa.table("faces", *map(sa.column, ("round_id", "character_id", "character")))
_trigrams = sa.table("name_trigrams", *map(sa.column, ("team", "trigram", "name_key")))
_audit_log = sa.table(
    "audit_log",
    *map(sa.column, ("action", "team", "channel", "person", "at", "character_id", "round_id", "detail")),
)

log = structlog.get_logger()


def upgrade() -> None:
    homes = {row.id: row for row in op.get_bind().execute(sa.select(_productions))}
    names_by_team: defaultdict[str, set[str]] = defaultdict(set)
    by_production: defaultdict[str, list[Any]] = defaultdict(list)
    for row in op.get_bind().execute(_characters_by_age()):
        by_production[row.production_id].append(row)
    aliases: defaultdict[str, list[Any]] = defaultdict(list)
    for row in op.get_bind().execute(sa.select(_aliases).order_by(_aliases.c.production_id, _aliases.c.name_key)):
        aliases[row.production_id].append(row)
    for production_id, rows in by_production.items():
        names = _Names(row.name for row in (*rows, *aliases[production_id]))
        new_names = {row.id: names.take(row.name, row.id) for row in rows}
        _rename(homes[production_id], rows, new_names)
        new_aliases = [(row, names.take_alias(row.name, row.character_id)) for row in aliases[production_id]]
        _change_aliases(homes[production_id], new_aliases)
        names_by_team[homes[production_id].team] |= names.keys
    for team, keys in names_by_team.items():
        _index(team, keys)


class _Names:
    """The names of a production that are in use, by key."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._holders: dict[str, str] = {}
        self._wanted = {normalize_name(name) for name in wanted}

    @property
    def keys(self) -> set[str]:
        return set(self._holders)

    def take(self, name: str, character_id: str) -> str:
        """Return the name, with a number if an earlier character has one that reads the same."""
        base = name if normalize_name(name) else _NAMELESS
        found, number = base, 2
        while (key := normalize_name(found)) in self._holders or (found != name and key in self._wanted):
            found, number = f"{base[: NAME_LIMIT - 6]} ({number})", number + 1
        self._holders[key] = character_id
        return found

    def take_alias(self, alias: str, character_id: str) -> str:
        """Return the alias; empty if its character has a name or an alias that reads the same."""
        key = normalize_name(alias)
        return "" if not key or self._holders.get(key) == character_id else self.take(alias, character_id)


def _characters_by_age() -> sa.Select[Any]:
    """Select characters with a face first, then by their first round: these keep their names."""
    opened_at = sa.select(sa.func.min(_rounds.c.opened_at)).where(_rounds.c.character_id == _characters.c.id)
    age = opened_at.scalar_subquery()
    no_face = sa.case((_characters.c.has_face, 0), else_=1)
    return sa.select(_characters).order_by(no_face, age.is_(None), age, _characters.c.id)


def _rename(home: Any, rows: Iterable[Any], new_names: Mapping[str, str]) -> None:
    """Write the keys, in two steps because two characters may exchange theirs, and what carries a changed name."""
    renamed = {row.id: (new_names[row.id], normalize_name(new_names[row.id])) for row in rows}
    changed = [row for row in rows if (row.name, row.name_key) != renamed[row.id]]
    for row in changed:
        _update_character(row.id, name_key=f"\x01{row.id}")
    for row in changed:
        name, name_key = renamed[row.id]
        _update_character(row.id, name=name, name_key=name_key)
        if name == row.name:
            continue
        log.warning("character_renamed", character=row.id, production=home.id, before=row.name, after=name)
        op.execute(_faces.update().where(_faces.c.character_id == row.id).values(character=name))
        for round_ in op.get_bind().execute(sa.select(_rounds).where(_rounds.c.character_id == row.id)).all():
            brief = {**round_.brief, "name": name}
            op.execute(_rounds.update().where(_rounds.c.id == round_.id).values(brief=brief))
        _add_event(home, row.id, row.name)


def _change_aliases(home: Any, new_aliases: Iterable[tuple[Any, str]]) -> None:
    """Write aliases again whose key or name changed; one that reads like another name of its character goes."""
    changed = [(row, name) for row, name in new_aliases if (row.name, row.name_key) != (name, normalize_name(name))]
    for row, _ in changed:
        is_row = (_aliases.c.production_id == row.production_id) & (_aliases.c.name_key == row.name_key)
        op.execute(_aliases.delete().where(is_row))
    for row, name in changed:
        if name:
            values = {"production_id": row.production_id, "character_id": row.character_id}
            op.execute(_aliases.insert().values(**values, name=name, name_key=normalize_name(name)))
        if name != row.name:
            log.warning("alias_renamed", character=row.character_id, production=home.id, before=row.name, after=name)


def _update_character(character_id: str, **values: str) -> None:
    op.execute(_characters.update().where(_characters.c.id == character_id).values(**values))


def _add_event(home: Any, character_id: str, old_name: str) -> None:
    """Record the change in the character's history."""
    place = {"team": home.team, "channel": home.channel, "person": "", "round_id": ""}
    at = time.time_ns() // 1_000
    event = {"action": "renamed", "at": at, "character_id": character_id, "detail": old_name}
    op.execute(_audit_log.insert().values(**place, **event))


def _index(team: str, name_keys: set[str]) -> None:
    """Add the names to the index of similar names. Names without a character are ignored there."""
    is_team = _trigrams.c.team == team
    indexed = set(op.get_bind().scalars(sa.select(_trigrams.c.name_key).where(is_team).distinct()))
    rows = [
        {"team": team, "trigram": trigram, "name_key": name_key}
        for name_key in sorted(name_keys - indexed)
        for trigram in sorted(_trigrams_of(name_key))
    ]
    for at in range(0, len(rows), _BATCH_SIZE):
        op.bulk_insert(_trigrams, rows[at : at + _BATCH_SIZE])


def _trigrams_of(name_key: str) -> set[str]:
    """Return three letters at a time, with two blanks before a word and one after it, as `storage.roster.trigrams`."""
    padded = [f"  {word} " for word in name_key.split()]
    return {word[at : at + 3] for word in padded for at in range(len(word) - 2)}
