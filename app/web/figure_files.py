"""A figure as the file that the end of its address asks for."""

import json
from collections.abc import Callable, Mapping

from fastapi.responses import Response

from app.errors import NotFound
from app.figures import Figure, csv_text, png, spec, svg

_FORMS: Mapping[str, tuple[str, Callable[[Figure], str | bytes]]] = {
    "json": ("application/json", lambda figure: json.dumps(spec(figure))),
    "svg": ("image/svg+xml", svg),
    "png": ("image/png", png),
    "csv": ("text/csv; charset=utf-8", csv_text),
}


def figure_file(figure: Figure | None, form: str, name: str) -> Response:
    """`name`: the file's, without its ending. Raises NotFound for no figure or an unknown form."""
    if figure is None or form not in _FORMS:
        raise NotFound("There is no such figure.", hint="Its page links the files that it has.")
    media_type, make = _FORMS[form]
    # Browsers draw the first; the others are files to keep.
    disposition = f'attachment; filename="{name}.{form}"'
    headers = {} if form == "json" else {"content-disposition": disposition}
    return Response(make(figure), media_type=media_type, headers=headers)
