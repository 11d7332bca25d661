"""Raters' pages follow the browser's language; the admin's are English."""

import pytest

from tests.web.site import Site


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"accept-language": "de"}, "de"),
        ({"accept-language": "de", "cookie": "triptych-language=en"}, "en"),
        ({"accept-language": "en", "cookie": "triptych-language=de"}, "de"),
        ({"accept-language": "en", "cookie": "triptych-language=xx"}, "en"),
        ({"accept-language": "en", "cookie": "a/b@c=1; triptych-language=de"}, "de"),
        ({"accept-language": "de", "cookie": "=; ;,"}, "de"),
    ],
)
def test_raters_pages_follow(shared_site: Site, headers: dict[str, str], language: str) -> None:
    page = shared_site.visitor(None).get("/r/forged", headers=headers)
    assert f'<html lang="{language}">' in page.text


def test_the_admins_do_not(shared_site: Site) -> None:
    page = shared_site.visitor("admin").get("/", headers={"accept-language": "de"})
    assert '<html lang="en">' in page.text
