"""Customs of productions and their channels, aliases, deeds, reminders; rounds that come of others, faces let go."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("productions", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("productions", sa.Column("customs", sa.JSON()))
    op.create_table(
        "channels",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("production_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", name="pk_channels"),
        sa.ForeignKeyConstraint(["production_id"], ["productions.id"], name="fk_channels_production_id"),
    )
    op.execute("INSERT INTO channels (team, channel, production_id) SELECT team, channel, id FROM productions")
    op.create_table(
        "aliases",
        sa.Column("production_id", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("character_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("production_id", "folded", name="pk_aliases"),
        sa.ForeignKeyConstraint(["production_id"], ["productions.id"], name="fk_aliases_production_id"),
        sa.ForeignKeyConstraint(["character_id"], ["characters.id"], name="fk_aliases_character_id"),
    )
    op.create_index("ix_aliases_character_id", "aliases", ["character_id"])
    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("character_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deeds"),
    )
    op.create_index("ix_deeds_character_id", "deeds", ["character_id"])
    op.create_index("ix_deeds_team_channel", "deeds", ["team", "channel"])
    op.create_table(
        "reminders",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "person", "leg", name="pk_reminders"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_reminders_round_id"),
        sa.CheckConstraint("leg IN ('first', 'run_off')", name="leg"),
    )
    op.add_column("rounds", sa.Column("origin", sa.Text(), nullable=False, server_default=""))
    op.add_column("rounds", sa.Column("because", sa.Text(), nullable=False, server_default=""))
    op.add_column("rounds", sa.Column("asked_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("rounds", sa.Column("voting_since", sa.BigInteger()))
    op.add_column("rounds", sa.Column("asked_in", sa.Text(), nullable=False, server_default=""))
    op.add_column("wishes", sa.Column("lead", sa.Text(), nullable=False, server_default=""))
    op.add_column("wishes", sa.Column("asked_in", sa.Text(), nullable=False, server_default=""))
    op.add_column("wishes", sa.Column("stamp", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE rounds SET origin = 'rerolled' WHERE parent IS NOT NULL")
    with op.batch_alter_table("slots") as slots:
        slots.add_column(sa.Column("vary_of", sa.Text()))
        slots.add_column(sa.Column("prompt", sa.Text(), nullable=False, server_default=""))
        slots.create_foreign_key("fk_slots_vary_of", "slots", ["vary_of"], ["id"])
    op.add_column("faces", sa.Column("use", sa.Text(), nullable=False, server_default=""))
    op.add_column("faces", sa.Column("released", sa.JSON()))
    op.add_column("faces", sa.Column("varies", sa.Integer()))


def downgrade() -> None:
    dropped = {
        "faces": ("varies", "released", "use"),
        "wishes": ("stamp", "asked_in", "lead"),
        "rounds": ("asked_in", "voting_since", "asked_by", "because", "origin"),
    }
    for table, columns in dropped.items():
        for column in columns:
            op.drop_column(table, column)
    with op.batch_alter_table("slots") as slots:
        slots.drop_constraint("fk_slots_vary_of", type_="foreignkey")
        slots.drop_column("prompt")
        slots.drop_column("vary_of")
    for table in ("reminders", "deeds", "aliases", "channels"):
        op.drop_table(table)
    op.drop_column("productions", "customs")
    op.drop_column("productions", "name")
