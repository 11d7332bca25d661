"""Model output is hostile: whatever it is, what comes out can do nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.markup import plain_to_html, to_html

SAFE_ATTRIBUTES = {
    *("href", "title", "rel", "target", "start", "dir", "tabindex", "class", "data-at", "data-len"),
    *("display", "mathvariant", "stretchy", "fence", "form", "separator", "movablelimits"),
    *("minsize", "maxsize", "width", "linethickness", "displaystyle", "scriptlevel", "accent"),
    *("accentunder", "columnalign", "columnlines", "rowlines", "notation"),
}
ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "input", "svg", "img", "maction"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[leave](/sign-out)",
    "[leave](//evil.example/x)",
    "![pixel](https://evil.example/x.png)",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    '"><script>alert(1)</script>',
    "</div></main><form action=//evil.example><input name=password>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x",
    "<https://evil.example/?<script>>",
    "`<script>`",
    "```html\n<script>alert(1)</script>\n```",
    "x\0y",
    "\u202eright to left",
    "> " * 500 + "deep",
    "[" * 2000 + "x" + "](y)" * 2000,
    "*" * 20_000,
    "$x<script>alert(1)</script>$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\href{javascript:alert(1)}{x}$ \(\style{position:fixed}{x}\) \[\class{topbar}{x}\]",
    r"$\hspace{99999em}\raisebox{-400px}{x}\rule{900em}{900em}$",
    r"$\newcommand{\a}{\b\b\b\b}\newcommand{\b}{\a\a\a\a}\a$",
    "$" + "{" * 900 + "$",
    "$" + r"\frac" * 380 + "$",
    "$$" * 5_000,
    r"\(" * 20_000,
    r"\[" * 20_000,
    "\\[\n" * 5_000,
    "$$a\n# h\n" * 5_000,
    "$a" * 20_000,
    "```python\n" + "(" * 5_000 + "\n'<script>alert(1)</script>",
    "```<script>\nx\n```",
    "```html onload=x\n<b onclick=x>\n```",
    "\u0627\u0644\u0646\u0635 \u202e abc",
]


class Look(HTMLParser):
    """Collects the tags and attributes that a browser would see, and whether they are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.open = set[str](), list[tuple[str, str]](), list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def harmless(html: str) -> None:
    seen = Look(html)
    assert not seen.tags & ACTIVE
    assert seen.open == []
    for name, value in seen.attributes:
        assert name in SAFE_ATTRIBUTES
        if name == "href":
            assert value.split(":")[0].lower() in ("http", "https", "mailto")


@pytest.mark.parametrize("positions", [False, True])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:30])
def test_hostile_texts(text: str, positions: bool) -> None:
    harmless(to_html(text, positions=positions))
    harmless(plain_to_html(text))


@example("[a](http://x)<script>")
@given(st.text(alphabet=st.sampled_from(list("<>\"'`=/()[]!*_#&;: \n\tasjvcript:onerr$\\{}|~"))))
def test_any_text(text: str) -> None:
    harmless(to_html(text))
    harmless(to_html(text, positions=True))


def test_raw_html_is_shown_rather_than_run() -> None:
    assert "&lt;script&gt;" in to_html("a <script>alert(1)</script>")


def test_markdown_works() -> None:
    html = to_html("# T\n\n- *a*\n\n| x |\n|---|\n| y |\n\n~~s~~ [l](https://e.example 't')")
    for part in (">T</h1>", "<em>a</em></li>", "<td>y</td>", "<s>s</s>"):
        assert part in html
    assert Look(html).tags >= {"h1", "ul", "li", "table", "td", "s", "a"}


def test_links_open_elsewhere_and_tell_nothing() -> None:
    attributes = dict(Look(to_html("[l](https://e.example)")).attributes)
    assert attributes["target"] == "_blank"
    assert attributes["rel"] == "noopener noreferrer nofollow"
