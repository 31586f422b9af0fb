"""Purses for persons, productions and months beside the workspace's day; charges that know who, where and what for."""

from collections import defaultdict
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PURSE = sa.table(
    "purses",
    *(sa.column(name, sa.Text()) for name in ("team", "cap", "owner")),
    sa.column("since", sa.Date()),
    sa.column("day", sa.Date()),
    sa.column("committed", sa.BigInteger()),
)
_LEDGER = sa.table(
    "ledger",
    *(sa.column(name, sa.Text()) for name in ("item_id", "slot_id", "kind", "round_id", "team", "channel", "person")),
    sa.column("day", sa.Date()),
    *(sa.column(name, sa.Text()) for name in ("model", "source")),
    *(sa.column(name, sa.BigInteger()) for name in ("reserved", "usd", "at")),
)
_SPENT = sa.text(
    "SELECT rounds.team, rounds.channel, rounds.lead, slots.reserved_on, coalesce(slots.cost, slots.price) AS usd "
    "FROM slots JOIN rounds ON rounds.id = slots.round_id"
).columns(reserved_on=sa.Date())
_CHARGED = sa.text(
    "SELECT ledger.slot_id AS item_id, 'slot' AS kind, ledger.round_id, ledger.team, rounds.channel, "
    "rounds.lead AS person, ledger.day, ledger.model, slots.price AS reserved, ledger.usd, ledger.source, ledger.at "
    "FROM ledger JOIN slots ON slots.id = ledger.slot_id JOIN rounds ON rounds.id = ledger.round_id"
).columns(day=sa.Date())


def upgrade() -> None:
    """Both tables are read whole and made anew: what they are keyed by changes."""
    days = op.get_bind().execute(sa.select(_PURSE.c.team, _PURSE.c.day, _PURSE.c.committed)).all()
    charges = [dict(row) for row in op.get_bind().execute(_CHARGED).mappings()]
    purses = [
        {"team": team, "cap": "day", "owner": "", "since": day, "committed": committed} for team, day, committed in days
    ] + _further_purses()
    op.drop_table("purses")
    op.drop_table("ledger")
    _create_purses()
    _create_ledger()
    _fill(_PURSE, purses)
    _fill(_LEDGER, charges)


def downgrade() -> None:
    """What was paid for besides slots, and who answered for a charge, is lost."""
    connection = op.get_bind()
    days = connection.execute(sa.select(_PURSE.c.team, _PURSE.c.since, _PURSE.c.committed).where(_PURSE.c.cap == "day"))
    purses = [{"team": team, "day": day, "committed": committed} for team, day, committed in days]
    slots = sa.select(_LEDGER).where(_LEDGER.c.kind == "slot")
    kept = ("round_id", "team", "day", "model", "usd", "at")
    columns = [_LEDGER.c.item_id.label("slot_id"), *(_LEDGER.c[name] for name in kept)]
    source = sa.case((_LEDGER.c.source == "told", "listed"), else_=_LEDGER.c.source).label("source")
    charges = [dict(row) for row in connection.execute(slots.with_only_columns(*columns, source)).mappings()]
    op.drop_table("purses")
    op.drop_table("ledger")
    _create_first_tables()
    _fill(_PURSE, purses)
    _fill(_LEDGER, charges)


def _further_purses() -> list[dict[str, object]]:
    """What persons, productions and the months of workspaces hold, from every slot: its cost, or what it reserves."""
    held: defaultdict[tuple[str, str, str, date], int] = defaultdict(int)
    for team, channel, lead, day, usd in op.get_bind().execute(_SPENT):
        held[team, "person_day", lead, day] += usd
        held[team, "production_month", channel, day.replace(day=1)] += usd
        held[team, "workspace_month", "", day.replace(day=1)] += usd
    return [
        {"team": team, "cap": cap, "owner": owner, "since": since, "committed": committed}
        for (team, cap, owner, since), committed in held.items()
    ]


def _create_purses() -> None:
    op.create_table(
        "purses",
        *map(_text, ("team", "cap", "owner")),
        sa.Column("since", sa.Date(), nullable=False),
        _whole("committed"),
        sa.PrimaryKeyConstraint("team", "cap", "owner", "since", name="pk_purses"),
        sa.CheckConstraint(
            "cap IN ('day', 'person_day', 'production_month', 'workspace_month')", name=op.f("ck_purses_cap")
        ),
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        *map(_text, ("item_id", "kind", "round_id", "team", "channel", "person")),
        sa.Column("day", sa.Date(), nullable=False),
        _text("model"),
        *map(_whole, ("reserved", "usd")),
        _text("source"),
        _whole("at"),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("answered_by", sa.Text()),
        sa.PrimaryKeyConstraint("item_id", name="pk_ledger"),
        _points_to_rounds(),
        sa.CheckConstraint("kind IN ('slot', 'finish')", name=op.f("ck_ledger_kind")),
        sa.CheckConstraint("source IN ('exact', 'listed', 'unknown', 'told')", name=op.f("ck_ledger_source")),
    )
    op.create_index("ix_ledger_round_id", "ledger", ["round_id"])
    op.create_index("ix_ledger_team_day", "ledger", ["team", "day"])
    question = sa.text("source = 'unknown' OR usd > reserved AND answered_by IS NULL")
    op.create_index("ix_ledger_questions", "ledger", ["team"], sqlite_where=question, postgresql_where=question)


def _create_first_tables() -> None:
    op.create_table(
        "ledger",
        *map(_text, ("slot_id", "round_id", "team")),
        sa.Column("day", sa.Date(), nullable=False),
        _text("model"),
        _whole("usd"),
        _text("source"),
        _whole("at"),
        sa.PrimaryKeyConstraint("slot_id", name="pk_ledger"),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name="fk_ledger_slot_id"),
        _points_to_rounds(),
        sa.CheckConstraint("source IN ('exact', 'listed', 'unknown')", name=op.f("ck_ledger_source")),
    )
    op.create_index("ix_ledger_round_id", "ledger", ["round_id"])
    op.create_table(
        "purses",
        _text("team"),
        sa.Column("day", sa.Date(), nullable=False),
        _whole("committed"),
        sa.PrimaryKeyConstraint("team", "day", name="pk_purses"),
    )


def _fill(table: sa.TableClause, rows: list[dict[str, object]]) -> None:
    if rows:
        op.bulk_insert(table, rows)


def _points_to_rounds() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_ledger_round_id")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
