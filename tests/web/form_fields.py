"""What a browser without scripts would send of a form, were nothing changed."""

from html.parser import HTMLParser


class FormFields(HTMLParser):
    """The fields of the last form whose method is POST, in `fields`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._inside = False
        self._area: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._inside = given.get("method") == "post"
            self.fields = {} if self._inside else self.fields
        elif self._inside and tag == "input":
            self._input(name, given)
        elif self._inside and tag == "select":
            self._select = name
        elif self._inside and tag == "option" and self._select:
            if "selected" in given or self._select not in self.fields:
                self.fields[self._select] = [given.get("value") or ""]
        elif self._inside and tag == "textarea":
            self._area, self.fields[name] = name, [""]

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        if given.get("type") not in ("checkbox", "radio") or "checked" in given:
            self.fields.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea" and self._area:
            text = self.fields[self._area][0]
            self.fields[self._area] = [text.removeprefix("\n").replace("\n", "\r\n")]
            self._area = None
        if tag == "select":
            self._select = None
