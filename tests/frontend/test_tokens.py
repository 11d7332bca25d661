"""Text is readable in both themes: WCAG AA on every surface that it stands on."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "static/css/tokens.css").read_text()
PAIRS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}), #\w{6}\);", TOKENS))
DARK = dict(re.findall(r"--([\w-]+): light-dark\(#\w{6}, (#\w{6})\);", TOKENS))
THEMES = {"light": PAIRS, "dark": DARK}
SURFACES = ("paper", "sheet", "raised")
TEXTS = ("ink", "ink-soft", "accent", "good", "warn", "bad")
ON_TINTS = [(name, f"{name}-tint") for name in ("good", "warn", "bad", "base", "lora", "full")]
PAIRED = [*product(TEXTS, SURFACES), *product(("ink", "ink-soft"), ("sunken",)), *ON_TINTS]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "surface"), [*PAIRED, ("on-accent", "accent")])
def test_text_contrast(theme: str, text: str, surface: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", SURFACES)
def test_faint_text_and_controls(theme: str, surface: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours["ink-faint"], colours[surface]) >= 4.5
    assert contrast(colours["control"], colours[surface]) >= 3.0


def test_colours_are_written_in_one_place() -> None:
    for sheet in (ROOT / "static/css").glob("*.css"):
        if sheet.name != "tokens.css":
            found = re.findall(r":[^;{}]*#[0-9a-fA-F]{3,8}\b[^;{}]*;", sheet.read_text())
            assert found == [], sheet.name
