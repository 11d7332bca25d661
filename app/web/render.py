"""The one way to render: a template, a page, and the few globals that every template may use."""

import hashlib
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.i18n import current_language, gettext, ngettext
from app.settings import asset_folder
from app.tables import Account, Role
from app.web import filters

HASHED = "~"  # begins the part of an address that is the hash


def environment(app: FastAPI) -> Environment:
    env = Environment(
        loader=FileSystemLoader(asset_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    # Without placeholders filled in: for scripts, and for words that a study brings along.
    env.globals["words"] = env.filters["translated"] = gettext
    env.globals["url"] = lambda route, /, **params: str(app.url_path_for(route, **params))
    env.globals["asset"] = asset
    env.filters.update(filters.FILTERS)
    return env


def asset(path: str) -> str:
    """The address of static/<path>, under a hash of all such files: browsers may keep it for ever.

    The hash stands before the path, so that what modules import from each other is kept, too: keys
    work as soon as a page is there, and not once the browser has asked for every module again.
    """
    return f"/static/{HASHED}{static_hash()}/{path}"


@cache
def static_hash() -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in asset_folder("static").rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def render(
    request: Request,
    template: str,
    page: Any,
    *,
    account: Account | None = None,
    section: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """A page or a partial; `section` is the entry of the navigation to highlight."""
    env: Environment = request.app.state.templates
    html = env.get_template(template).render(
        page=page,
        role=account.role.value if account else None,
        manages=account is not None and account.role is Role.ADMIN,
        section=section,
        language=current_language(),
    )
    return HTMLResponse(html, status, headers={"vary": "HX-Request"})
