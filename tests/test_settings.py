"""Every setting is described, with its default, where people look for it."""

from pathlib import Path

import pytest

from app.settings import Settings

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


def documented() -> dict[str, str]:
    rows = [
        line.split("|")
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| `TRIPTYCH_")
    ]
    return {row[1].strip(" `"): row[2].strip(" `") for row in rows}


def test_each_is_documented_and_no_other() -> None:
    assert set(documented()) == {f"TRIPTYCH_{name.upper()}" for name in Settings.model_fields}


def test_the_defaults_are_those_of_the_code() -> None:
    plain = {
        f"TRIPTYCH_{name.upper()}": field.default
        for name, field in Settings.model_fields.items()
        if field.default is not None and name != "engine_python"
    }
    told = documented()
    for name, default in plain.items():
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        assert told[name].lower() == shown.lower(), name


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8300"),
        ("::1", "http://[::1]:8300"),
        ("0.0.0.0", "http://localhost:8300"),
        ("::", "http://localhost:8300"),
    ],
)
def test_the_address_of_links(host: str, url: str) -> None:
    assert Settings(host=host).base_url == url


def test_the_public_address_wins() -> None:
    assert Settings(public_url="https://t.example/").base_url == "https://t.example"
