"""Results that were computed once: of the studies and filters looked at last."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable

from sqlalchemy.orm import Session

from app.results.columns import JudgementColumns
from app.results.filters import ResultFilter
from app.results.model import StudyResult
from app.results.store import ColumnStore
from app.results.summary import result_of
from app.tables import Study

_KEPT = 32


class ResultCache:
    """One per server. A result is the same object until a judgement, a rater or the study changes.

    Requests that come while it is computed wait for it: a page asks for a dozen figures at once.
    """

    def __init__(self, store: ColumnStore | None = None) -> None:
        self._store = store or ColumnStore()
        self._results: OrderedDict[Hashable, StudyResult] = OrderedDict()
        self._locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)

    def get(self, session: Session, study: Study, chosen: ResultFilter) -> StudyResult:
        with self._locks[study.id]:
            columns, version = self._store.get(session, study, chosen.kind)
            key = (study.id, study.version, study.state, version, chosen)
            if key not in self._results:
                self._results[key] = result_of(session, study, columns, chosen)
                while len(self._results) > _KEPT:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
            return self._results[key]

    def columns(self, session: Session, study: Study, chosen: ResultFilter) -> JudgementColumns:
        """What the filter leaves of the judgements."""
        with self._locks[study.id]:
            columns, _ = self._store.get(session, study, chosen.kind)
        return columns.take(chosen.keeps(columns))

    def version(self, session: Session, study: Study, chosen: ResultFilter) -> str:
        """Differs when something has changed since; for pages that ask whether they are old."""
        with self._locks[study.id]:
            _, version = self._store.get(session, study, chosen.kind)
        return f"{study.version}-{study.state}-{abs(hash(version)):x}"
