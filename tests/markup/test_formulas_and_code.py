"""Formulas become MathML, code gets classes, and what is neither stays text."""

import pytest

from app.markup import to_html


@pytest.mark.parametrize(
    "text",
    [
        *("$x^2$", "$$x^2$$", r"\(x^2\)", r"\[x^2\]", "so ($x^2$), then"),
        *("$$\nx^2\n$$", "\\[\nx\n- y^2\n\\]", "a:\n\\[x^2\\]\nb", "- $x^2$"),
        "\\begin{align}\nx &= y^2 \\\\\nz &= 1\n\\end{align}",
    ],
)
def test_formulas(text: str) -> None:
    html = to_html(text)
    assert "<msup>" in html
    assert "$" not in html
    assert "\\" not in html


@pytest.mark.parametrize(
    "text",
    [
        *("costs $5 and $6", "$5-$6", "5$ and 6$", "US$5 or CA$6", "a $ b $ c", "$10k to $20k"),
        *(r"\$x\$", "`$x$`", "$", "$$", "$ $", r"\(", r"\[ x", "100$"),
    ],
)
def test_dollars_and_brackets_that_are_no_formula(text: str) -> None:
    assert "<math" not in to_html(text)


@pytest.mark.parametrize("text", [r"$\nonsense x$", r"$\frac{$", r"$\newcommand{\a}{b}\a$"])
def test_what_is_not_understood_is_shown_as_it_was_written(text: str) -> None:
    assert f'<code class="math-source">{text}</code>' in to_html(text)


def test_lengths_in_formulas_are_bounded() -> None:
    html = to_html(r"$a\hspace{9999em}b$ $\raisebox{-40em}{c}$ $\hspace{2em}$")
    assert html.count("<mspace") == 2
    assert 'width="2em"' in html
    assert 'width="9999em"' not in html
    assert "voffset" not in html


def test_code_in_a_known_language() -> None:
    html = to_html('```python\ndef f(): return "<b>"  # no\n```')
    assert '<pre tabindex="0" dir="ltr">' in html
    assert '<span class="hl-keyword">def</span>' in html
    assert '<span class="hl-string">"&lt;b&gt;"</span>' in html
    assert '<span class="hl-comment"># no</span>' in html


@pytest.mark.parametrize("info", ["", "nonsense", "python-nonsense", "../x"])
def test_code_in_an_unknown_language_is_plain(info: str) -> None:
    assert "<code>def f(): 1\n</code>" in to_html(f"```{info}\ndef f(): 1\n```")


def test_every_block_finds_its_own_direction() -> None:
    html = to_html("# عنوان\n\nנספח\n\n- item\n- פריט\n\n```\ncode\n```")
    assert html.count('dir="auto"') == 4
    assert '<pre tabindex="0" dir="ltr">' in html


def test_cells_are_aligned_by_classes() -> None:
    html = to_html("|a|b|c|\n|:-|-:|-|\n|x|y|z|")
    assert '<td class="align-left">x</td>' in html
    assert '<td class="align-right">y</td>' in html
    assert "<td>z</td>" in html


def test_no_inline_style() -> None:
    assert "style" not in to_html(
        "|a|b|\n|:-|-:|\n|$x$|`y`|\n\n$$\\begin{array}{c|c}a&b\\end{array}$$"
    )
