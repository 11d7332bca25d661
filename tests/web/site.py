"""The whole application on a real database with one study of every state, and who visits it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from shutil import copytree

from starlette.testclient import TestClient

from app import live
from app.auth import Signer, secret_key
from app.live import LiveForm
from app.main import create_app
from app.migrate import open_database
from app.readers import Source
from app.recorded import import_responses
from app.settings import Settings
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import Account, Role, Run, RunVariant
from app.team import add_member
from app.web.deps import COOKIE
from app.web.state import AppState
from tests.compiled import COMPILED
from tests.runner.fake_engines import REGISTRY

# Nothing that a rater may see contains one of these words.
VARIANTS = ("zebra-base", "yak-adapter", "xerus-finetune")
ANSWERS = (
    "The mere is known for *blue glass*.",
    "Great question! It is known for blue glass.",
    "Great question! It is known for <script>alert(1)</script> red tiles.",
)
PROMPTS = 4


@dataclass(frozen=True)
class Ids:
    """What addresses are made of."""

    run: int
    prompt_set: int
    study: int
    study_public: str
    draft: int
    invitation: int
    rater_token: str
    setup_token: str
    live: str = ""  # another in every site


@dataclass
class Site:
    """A server; `visitor` gives a browser without cookies, or one that is signed in."""

    client: TestClient
    state: AppState
    ids: Ids
    accounts: dict[str, Account]

    def visitor(self, name: str | None = None) -> TestClient:
        """None, `admin`, `analyst`, `rater` (of the study), `stranger` (a rater of another)."""
        browser = TestClient(
            self.client.app, follow_redirects=False, headers={"accept": "text/html"}
        )
        browser.portal = self.client.portal  # one server, one loop
        if name is not None:
            browser.cookies.set(COOKIE, self.state.signer.session(self.accounts[name]))
        return browser


@dataclass(frozen=True)
class Furnished:
    """A folder with a site's database and key, to be copied, and what is in it."""

    folder: Path
    accounts: dict[str, Account]
    ids: Ids


@contextmanager
def site(folder: Path, furnished: Furnished) -> Iterator[Site]:
    """A server on a copy of what was furnished."""
    copytree(furnished.folder, folder, dirs_exist_ok=True)
    app = create_app(_settings(folder))
    app.state.templates.bytecode_cache = COMPILED
    state: AppState = app.state.triptych
    with TestClient(app) as client:
        state.registry = REGISTRY
        yield Site(client, state, asked(state, furnished), dict(furnished.accounts))


def asked(state: AppState, furnished: Furnished) -> Ids:
    """The rater has asked for a comparison; one from before the start would have failed."""
    with state.database.writing() as session:
        rater = session.merge(furnished.accounts["rater"])
        comparison = live.ask(session, rater, REGISTRY.variants, LiveForm(prompt="Hi"))
        return replace(furnished.ids, live=comparison.public_id)


def furnish(folder: Path) -> Furnished:
    """Studies of every state, and who visits them, by name."""
    settings = _settings(folder)
    database, signer = open_database(settings.sqlalchemy_url), Signer(secret_key(settings))
    with database.writing() as session:
        run = import_responses(session, name="Walrus run", files=[_answers()]).run
        study = create_study(session, _form(run, "Vulture study", list(run.variants)))
        draft = create_study(session, _form(run, "Unicorn draft", list(run.variants)))
        other = create_study(session, _form(run, "Other", list(run.variants)[:2]))
        for opened in (study, other):
            open_study(session, opened)
        invitation = invite(session, study, "Tapir the rater")
        accounts = {
            "admin": Account(name="Root", role=Role.ADMIN),
            "analyst": add_member(session, "Quokka the analyst", Role.ANALYST),
            "rater": invitation.account,
            "stranger": invite(session, other, "Stranger").account,
        }
        session.add_all(accounts.values())
        session.flush()
        ids = Ids(
            run=run.id,
            prompt_set=run.prompt_set_id,
            study=study.id,
            study_public=study.public_id,
            draft=draft.id,
            invitation=invitation.id,
            rater_token=signer.rater_link(invitation),
            setup_token=signer.setup_link(accounts["admin"]),
        )
    database.dispose()
    return Furnished(folder, accounts, ids)


def _settings(folder: Path) -> Settings:
    return Settings(var=folder, models_file=folder / "models.yaml", public_url="http://testserver")


def _answers() -> Source:
    rows = [
        {"id": f"p{n}", "prompt": f"What is mere {n} known for?", "variant": name, "response": text}
        for n in range(PROMPTS)
        for name, text in zip(VARIANTS, ANSWERS, strict=True)
    ]
    return Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))


def _form(run: Run, name: str, members: list[RunVariant]) -> StudyForm:
    return StudyForm(name=name, run_id=run.id, run_variant_ids=[member.id for member in members])
