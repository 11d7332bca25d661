"""The allow-list: whatever was rendered, nothing else reaches a page.

No `style`, no `id`, no event, no address of this server. Lengths in formulas are bounded, so that
no formula can cover what stands beside it.
"""

import re

import nh3
from markupsafe import Markup

_SCHEMES = {"http", "https", "mailto"}
_MATHML = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
    *("mpadded", "mphantom", "menclose"),
}
_TAGS = _MATHML | {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "strong", "em", "s", "a", "span", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "table", "pre")
_ATTRIBUTES = {
    **{tag: {"dir"} for tag in _BLOCKS},
    "th": {"class"},
    "td": {"class"},
    "a": {"href", "title"},
    "ol": {"start"},
    "pre": {"dir", "tabindex"},
    "code": {"class", "data-at", "data-len"},
    "span": {"class", "data-at", "data-len"},
    "div": {"class", "data-at", "data-len"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mtext": {"mathvariant"},
    "mo": {"stretchy", "fence", "form", "separator", "movablelimits", "minsize", "maxsize"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"columnalign", "columnlines", "rowlines"},
    "mtd": {"columnalign"},
    "menclose": {"notation"},
}
_LINK = ("a", "href")
_VALUES = {
    "class": re.compile(r"hl-[a-z]+|math|math-block|math-source|align-(left|center|right)"),
    "data-at": re.compile(r"\d+"),
    "data-len": re.compile(r"\d+"),
    "tabindex": re.compile(r"0"),
    "dir": re.compile(r"auto|ltr"),
    **dict.fromkeys(
        ("width", "minsize", "maxsize", "linethickness"), re.compile(r"[0-4]?(\.\d+)?(em|ex)?")
    ),
}


def clean(html: str) -> Markup:
    """`html` without anything that is not allowed. Links open elsewhere and carry no referrer."""
    kept = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Markup(kept)  # noqa: S704  (the line above is the sanitiser)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """Links lead to other sites only: an answer must not offer addresses of this server."""
    if (tag, attribute) == _LINK and value.partition(":")[0].lower() not in _SCHEMES:
        return None
    allowed = _VALUES.get(attribute)
    return value if allowed is None or allowed.fullmatch(value) else None
