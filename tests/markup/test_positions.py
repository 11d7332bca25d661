"""Every piece of a rendered text is found in the raw text at the offset that it carries."""

from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.markup import plain_to_html, to_html


@dataclass
class Found:
    """A piece as the page has it; `length` is None for contiguous text."""

    at: int
    length: int | None
    text: str = ""


class Look(HTMLParser):
    """Collects the pieces, and all text that has no place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found, self.other, self.text = list[Found](), "", ""
        self._open = list[Found | None]()
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "hr"):
            return
        given = dict(attrs)
        piece = None
        if given.get("data-at") is not None:
            length = given.get("data-len")
            piece = Found(int(given["data-at"] or 0), int(length) if length else None)
            self.found.append(piece)
        self._open.append(piece)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        inside = next((piece for piece in reversed(self._open) if piece), None)
        if inside:
            inside.text += data
        else:
            self.other += data


def check(raw: str, html: str) -> Look:
    look, end = Look(html), 0
    for piece in look.found:
        length = piece.length if piece.length is not None else len(piece.text)
        assert length > 0
        assert piece.at + length <= len(raw)
        if piece.length is None:
            assert raw[piece.at : piece.at + length] == piece.text
        assert piece.at >= end, "pieces stand in the order of the raw text and do not overlap"
        end = piece.at + length
    return look


SIGNS = [
    *"ab \n\t*_~`#>-+1.)(|[]<>&;:/\\$\r😀ع\u00a0!\"'={}",
    *("**", "~~", "&amp;", "```", "```python\n", "\n\n", "- ", "> ", "1. ", "\\*", "\\|", "    "),
    *("|a|b|\n|-|-|\n", '[x](y "b")', "<http://a.b>", "$x$", "$$", "\r\n", "\\(x\\)", "    c\n"),
]
markdown = st.lists(st.sampled_from(SIGNS), max_size=40).map("".join)


@given(markdown)
@settings(max_examples=400)
@example("[a](<x> 'b')b")
@example("> a\n> `b\n> c` d\n>\n> - e\n>   f")
@example("|\\||a|\n|-|-|\n|b|a\\|b|")
@example("a\r\nb\rc")
@example("\u00a0\nabc  \ndef")
@example("- \tx\n\n\t\ty")
def test_markdown(raw: str) -> None:
    look = check(raw, to_html(raw, positions=True))
    plain = Look(to_html(raw))
    assert look.text == plain.text
    assert plain.found == []


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@example("a\r\nb\rc\n\nd")
def test_plain_text(raw: str) -> None:
    look = check(raw, plain_to_html(raw))
    assert look.other.strip("\n") == ""


@pytest.mark.parametrize(
    "raw",
    [
        "Some **bold** and *slanted* words, ~~struck~~.",
        "1. one\n2. two `code` and\n   more\n\n   - deep **er**",
        "> a quote\n> of two lines\n\nand lazy",
        "# Head #\n\nSet\n===\n\ntext",
        "| a | b |\n|---|---|\n| c \\| d | *e* |\n| f |",
        "```js\nconst a = 1; // b\n\nf();\n```\n\n    indented\n      more",
        "- item\n\n  ```py\n  x = 1\n  ```\n- [link](http://x.y 'title') after",
        "😀 then *text* after 😀 emoji",
        "نص **عربي** ثم עברית\n\n- פריט\n- item",
    ],
)
def test_all_of_ordinary_markdown_has_a_place(raw: str) -> None:
    assert check(raw, to_html(raw, positions=True)).other.strip() == ""


def test_a_piece_stands_where_it_was_written_and_not_where_its_word_occurs_first() -> None:
    raw = '[a](<x> "b")b'
    assert [(p.at, p.text) for p in Look(to_html(raw, positions=True)).found] == [
        (1, "a"),
        (12, "b"),
    ]


@pytest.mark.parametrize(
    ("raw", "unit"),
    [
        ("a &amp; b", (2, 5, "&")),
        (r"a \* b", (2, 2, "*")),
        ("a &#128512; b", (2, 9, "😀")),
    ],
)
def test_units(raw: str, unit: tuple[int, int, str]) -> None:
    found = Look(to_html(raw, positions=True)).found
    assert [(p.at, p.length, p.text) for p in found if p.length] == [unit]


@pytest.mark.parametrize(
    ("raw", "at", "length"),
    [
        ("so $x^2$ is", 3, 5),
        (r"so \(x\) is", 3, 5),
        ("so $$x$$ is", 3, 5),
        ("so\n\n$$\nx\n$$\n\nis", 4, 7),
        ("> so\n>\n> \\[\n> x\n> \\]\n\nis", 9, 11),
        (r"so $\nonsense{$ is", 3, 12),
    ],
)
def test_a_formula_is_one_unit(raw: str, at: int, length: int) -> None:
    look = check(raw, to_html(raw, positions=True))
    assert [(p.at, p.length) for p in look.found if p.length] == [(at, length)]


def test_lean_pages_carry_no_positions() -> None:
    assert "data-at" not in to_html("a **b** `c`\n\n```py\nx\n```\n\n$x$")
