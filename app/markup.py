"""Model output and study texts as safe HTML: Markdown without raw HTML, then an allow-list.

Two fences: markdown-it escapes HTML instead of passing it on, and nh3 drops whatever is not on
the list. Images are never fetched: a remote address would tell others who reads what and when.
"""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "strong", "em", "s", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_markdown.disable("image")


def to_html(text: str) -> Markup:
    """Markdown as sanitised HTML. Links open elsewhere and carry no referrer."""
    clean = nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Markup(clean)  # noqa: S704  (the line above is the sanitiser)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """Links lead to other sites only: an answer must not offer addresses of this server."""
    if (tag, attribute) == ("a", "href") and value.partition(":")[0].lower() not in _SCHEMES:
        return None
    return value
