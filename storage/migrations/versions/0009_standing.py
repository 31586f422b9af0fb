"""Where characters stand, kept beside them; names in pieces; indexes for rosters of very many."""

import sqlalchemy as sa
from alembic import op

from storage.grams import rows_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT_A_TIME = 500

_STANDING = """
UPDATE characters SET
    shown_in = coalesce(
        (SELECT channel FROM faces WHERE character_id = characters.id AND released IS NULL
            ORDER BY version DESC LIMIT 1),
        (SELECT channel FROM faces WHERE character_id = characters.id ORDER BY version DESC LIMIT 1),
        (SELECT channel FROM rounds WHERE character_id = characters.id AND state IN ('drawing', 'voting', 'closed')
            LIMIT 1)
    ),
    has_face = EXISTS (SELECT 1 FROM faces WHERE character_id = characters.id AND released IS NULL)
"""
_NAMES = """
SELECT productions.team, characters.folded FROM characters JOIN productions ON productions.id = production_id
UNION SELECT productions.team, aliases.folded FROM aliases JOIN productions ON productions.id = production_id
"""


def upgrade() -> None:
    op.add_column("characters", sa.Column("shown_in", sa.Text()))
    op.add_column("characters", sa.Column("has_face", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_STANDING)
    op.create_index("ix_characters_folded", "characters", ["folded"])
    listed = ["production_id", "shown_in", "folded", "id", "has_face"]
    op.create_index("ix_characters_listed", "characters", listed)
    op.create_index("ix_aliases_folded", "aliases", ["folded"])
    op.create_index("ix_rounds_opened_at", "rounds", ["opened_at"])
    grams = op.create_table(
        "grams",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("gram", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "gram", "folded", name="pk_grams"),
        sqlite_with_rowid=False,
    )
    names = op.get_bind().execute(sa.text(_NAMES)).all()
    for at in range(0, len(names), _AT_A_TIME):
        op.bulk_insert(grams, [row for team, name in names[at : at + _AT_A_TIME] for row in rows_of(team, [name])])


def downgrade() -> None:
    op.drop_table("grams")
    op.drop_index("ix_rounds_opened_at", "rounds")
    op.drop_index("ix_aliases_folded", "aliases")
    op.drop_index("ix_characters_listed", "characters")
    op.drop_index("ix_characters_folded", "characters")
    op.drop_column("characters", "has_face")
    op.drop_column("characters", "shown_in")
