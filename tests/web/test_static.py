"""Files of the pages: kept for ever under the hash of all of them, asked for anew otherwise."""

import re

import pytest

from app.web.render import asset
from tests.web.site import Site


@pytest.mark.parametrize("path", ["js/rate/main.js", "js/rate/clock.js", "css/tokens.css"])
def test_hashed_addresses_are_kept(shared_site: Site, path: str) -> None:
    reply = shared_site.visitor(None).get(asset(path))
    assert reply.status_code == 200
    assert "immutable" in reply.headers["cache-control"]
    assert reply.text == shared_site.visitor(None).get(f"/static/{path}").text


def test_plain_addresses_are_asked_for_anew(shared_site: Site) -> None:
    reply = shared_site.visitor(None).get("/static/css/tokens.css")
    assert reply.headers["cache-control"] == "no-cache"


def test_modules_import_each_other_below_the_hash(shared_site: Site) -> None:
    main = shared_site.visitor(None).get(asset("js/rate/main.js")).text
    imported = re.findall(r'from "(.+?)"', main)
    assert imported
    assert all(path.startswith("./") or path.startswith("../") for path in imported)


@pytest.mark.parametrize("path", ["~x/../../app/main.py", "~x/~y/css/tokens.css", "~", "~x"])
def test_nothing_else_is_reached_so(shared_site: Site, path: str) -> None:
    assert shared_site.visitor(None).get(f"/static/{path}").status_code == 404
