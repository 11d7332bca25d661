"""`triptych team`: who runs this server and who reads its results."""

from enum import StrEnum
from typing import Annotated

import typer

from app.auth import Signer, secret_key
from app.cli.app import root, settings
from app.cli.data import using_database
from app.cli.terminal import say, show_table
from app.tables import Role
from app.team import add_member, members

team = typer.Typer(help="Admins and analysts.", no_args_is_help=True)
root.add_typer(team, name="team")


class TeamRole(StrEnum):
    """Raters are invited on a study's page."""

    ADMIN = "admin"
    ANALYST = "analyst"


@team.command("list")
def list_team() -> None:
    """Show who may sign in."""
    with using_database(settings()) as database, database.reading() as session:
        rows = [
            (
                one.name,
                one.role.value,
                "set" if one.password_hash else "not set",
                "disabled" if one.disabled_at else "may sign in",
            )
            for one in members(session)
        ]
    show_table(("name", "role", "password", "state"), rows)


@team.command("invite")
def invite(
    name: Annotated[str, typer.Argument(help="They sign in by it.")],
    role: Annotated[
        TeamRole, typer.Option(help="admin changes everything; analyst reads results.")
    ] = TeamRole.ANALYST,
) -> None:
    """Print a link for somebody new: 24 hours, until they set a password."""
    chosen = settings()
    with using_database(chosen) as database, database.writing() as session:
        account = add_member(session, name, Role(role.value))
        token = Signer(secret_key(chosen)).setup_link(account)
    say(f"{chosen.base_url}/setup/{token}")
