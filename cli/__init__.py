"""The command `smallgrid`: one thin command a task, for whoever looks after the machine the site runs on.

Each module here holds the commands of one noun on an `app` of its own. A new module is one more name in the list below,
which is also the order in `smallgrid --help`.
"""

import typer

from cli import analyses, backups, checks, deadlines, figures, imports, serve, sites, users
from cli.refusals import Commands
from cli.terminal import t

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help=t("Small Grid: grassroots grid governance. SMALLGRID_DATABASE_URL names the database."),
)
for module in (sites, imports, figures, analyses, deadlines, users, backups, checks, serve):
    app.add_typer(module.app)
