"""Results that were computed once: of the studies and filters looked at last."""

import hashlib
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.results.columns import JudgementColumns
from app.results.filters import ResultFilter
from app.results.model import StudyResult
from app.results.store import ColumnStore
from app.results.summary import kinds_that_judged, result_of
from app.tables import Invitation, QuestionnaireReply, Study

_KEPT = 32


class ResultCache:
    """One per server. A result is the same object until a judgement, a rater or the study changes.

    Requests that come while it is computed wait for it: a page asks for a dozen figures at once.
    """

    def __init__(self, store: ColumnStore | None = None) -> None:
        self._store = store or ColumnStore()
        self._results: OrderedDict[Hashable, StudyResult] = OrderedDict()
        self._locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)  # by study
        self._lock = threading.Lock()  # of `_results`, which all studies share

    def get(self, session: Session, study: Study, chosen: ResultFilter) -> StudyResult:
        with self._locks[study.id]:
            columns, version = self._current(session, study, chosen)
            key = (*version, chosen)
            result = self._results.get(key) or result_of(session, study, columns, chosen)
            self._keep(key, result)
            return result

    def columns(self, session: Session, study: Study, chosen: ResultFilter) -> JudgementColumns:
        """What the filter leaves of the judgements."""
        with self._locks[study.id]:
            columns, _ = self._store.get(session, study, chosen.kind)
        return columns.take(chosen.keeps(columns))

    def version(self, session: Session, study: Study, chosen: ResultFilter) -> str:
        """Differs when something has changed since; for pages that ask whether they are old. The
        same in every process."""
        with self._locks[study.id]:
            _, version = self._current(session, study, chosen)
        return hashlib.sha256(repr(version).encode()).hexdigest()[:16]

    def _keep(self, key: Hashable, result: StudyResult) -> None:
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)

    def _current(
        self, session: Session, study: Study, chosen: ResultFilter
    ) -> tuple[JudgementColumns, tuple[Hashable, ...]]:
        """The columns, and everything else that a result depends on."""
        columns, version = self._store.get(session, study, chosen.kind)
        replies = (
            select(func.max(QuestionnaireReply.id))
            .join(Invitation, Invitation.id == QuestionnaireReply.invitation_id)
            .where(Invitation.study_id == study.id)
        )
        invited = select(func.count(Invitation.id)).where(Invitation.study_id == study.id)
        beside = (session.scalar(replies), session.scalar(invited))
        kinds = kinds_that_judged(session, study)
        return columns, (study.id, study.version, study.state, version, kinds, *beside)
