"""Token evidence that was computed once: of the studies and filters looked at last."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from sqlalchemy.orm import Session

from app.lens import LensCache, find_lens
from app.results.cache import ResultCache
from app.results.filters import ResultFilter
from app.results.tokens.answers import lens_version
from app.results.tokens.evidence import token_evidence
from app.results.tokens.model import TokenEvidence
from app.tables import Study

_KEPT = 32


class EvidenceCache:
    """One per server, on what its results and its lenses keep."""

    def __init__(self, results: ResultCache, lenses: LensCache) -> None:
        self._results = results
        self._lenses = lenses
        self._found: OrderedDict[Hashable, TokenEvidence | None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, study: Study, chosen: ResultFilter) -> TokenEvidence | None:
        """None where the run has no lens that has found anything."""
        lens = find_lens(session, study.run)
        if lens is None:
            return None
        with self._lock:  # a page asks for its figures at once
            key = (self.version(session, study, chosen), chosen)
            if key not in self._found:
                columns = self._results.columns(session, study, chosen)
                found = self._lenses.get(session, lens)
                self._found[key] = token_evidence(session, study, columns, found)
            self._found.move_to_end(key)
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
            return self._found[key]

    def version(self, session: Session, study: Study, chosen: ResultFilter) -> str:
        """That of the results, and of what the lens has found."""
        found = lens_version(session, study.run)
        version = self._results.version(session, study, chosen)
        return f"{version}-{found}" if found else version
