"""Code in colours: which stretch of it is a keyword, a string, a comment."""

from collections.abc import Iterator

from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)

_LONGEST = 20_000  # characters: no answer is worth a page that does not come
_LANGUAGES = {
    *("bash", "c", "cpp", "c++", "csharp", "c#", "css", "diff", "docker", "dockerfile", "elixir"),
    *("go", "haskell", "html", "ini", "java", "javascript", "js", "json", "jsx", "julia", "kotlin"),
    *("latex", "tex", "lua", "make", "makefile", "matlab", "perl", "php", "py", "python", "r"),
    *("python3", "ruby", "rb", "rust", "rs", "scala", "sh", "shell", "sql", "swift", "toml"),
    *("ts", "tsx", "typescript", "xml", "yaml", "yml", "zsh"),
}
_CLASSES = (
    (Comment, "comment"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (String, "string"),
    (Number, "number"),
    (Literal, "number"),
    (Name.Function, "name"),
    (Name.Class, "name"),
    (Name.Tag, "keyword"),
    (Name.Attribute, "name"),
    (Name.Builtin, "builtin"),
    (Name.Decorator, "builtin"),
    (Generic.Deleted, "deleted"),
    (Generic.Inserted, "inserted"),
)


def highlight(code: str, language: str) -> Iterator[tuple[int, int, str | None]]:
    """(start, end, class) of the stretches of `code`, which they cover without gaps."""
    start, current = 0, None
    for at, css in _changes(code, language):
        if at > start and css != current:
            yield start, at, current
            start = at
        current = css
    yield start, len(code), current


def _changes(code: str, language: str) -> Iterator[tuple[int, str | None]]:
    if language.lower() not in _LANGUAGES or len(code) > _LONGEST:
        return
    end = 0
    for at, kind, text in get_lexer_by_name(language.lower()).get_tokens_unprocessed(code):
        if end < at:
            yield end, None
        if text:
            yield at, _class(kind)
        end = max(end, at + len(text))
    yield end, None


def _class(kind: _TokenType) -> str | None:
    return next((f"hl-{name}" for parent, name in _CLASSES if kind in parent), None)
