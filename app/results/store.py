"""The columns of the studies looked at last, in the memory of one process."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.results.columns import JudgementColumns
from app.results.kept import Kept, brought_up_to_date, read_kept
from app.results.read import read_columns
from app.tables import RaterKind, Study, StudyState

_STUDIES = 4  # of a million judgements each takes 100 MB


@dataclass
class _Place:
    """For one study and kind of raters: who comes while it is read waits."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: Kept | None = None


class ColumnStore:
    """One per process. Give it reading sessions: what is rolled back would stay in it."""

    def __init__(self, studies: int = _STUDIES) -> None:
        self._studies = studies
        self._lock = threading.Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()

    def get(
        self, session: Session, study: Study, kind: RaterKind = RaterKind.HUMAN
    ) -> tuple[JudgementColumns, Hashable]:
        """The columns as of now, and their version: another one if and only if they changed."""
        if study.state is StudyState.DRAFT:  # everything of it may change, and nothing is judged
            columns = read_columns(session, study, kind)
        else:
            columns = self._up_to_date(session, study, kind)
        return columns, _version(study, kind, columns)

    def _up_to_date(self, session: Session, study: Study, kind: RaterKind) -> JudgementColumns:
        place = self._place((str(session.get_bind().engine.url), study.public_id, kind))
        with place.lock:
            if place.kept is None:
                place.kept = read_kept(session, study, kind)
            else:
                place.kept = brought_up_to_date(session, study, kind, place.kept)
            return place.kept.columns

    def _place(self, key: Hashable) -> _Place:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._studies:
                self._places.popitem(last=False)
            return place


def _version(study: Study, kind: RaterKind, columns: JudgementColumns) -> Hashable:
    """Judgements are only added, so how many revisions there are tells which."""
    return (
        study.public_id,
        kind,
        columns.variants,
        columns.raters,
        tuple(one.key for one in columns.criteria),
        columns.items,
        len(columns),
        int(columns.revision.sum(dtype="int64")),
    )
