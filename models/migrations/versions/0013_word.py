"""demands: the villager's last word stays until they are reached again

Of a demand the last attempt counted, whoever answered: a later one that reached nobody took the word away.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision: str = '0013'
down_revision: str | None = '0012'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SAID = {'heard_at': 'at', 'solved': 'solved', 'satisfied': 'satisfied', 'contacted': 'contacted'}
"""The columns of a demand, and what each takes of the last call-back that reached somebody."""

LAST = """SELECT {said} FROM call_backs WHERE demand_id = demands.id AND reached = 'yes' ORDER BY number DESC LIMIT 1"""


def upgrade() -> None:
    op.add_column('demands', sa.Column('heard_at', UtcDateTime(), nullable=True))
    heard = "SELECT demand_id FROM call_backs WHERE reached = 'yes'"
    for column, said in SAID.items():
        op.execute(f'UPDATE demands SET {column} = ({LAST.format(said=said)}) WHERE id IN ({heard})')  # noqa: S608
    op.execute('DELETE FROM unit_cells')
    op.execute('DELETE FROM unit_counts')


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
