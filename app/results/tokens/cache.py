"""Token evidence that was computed once: of the studies and filters looked at last."""

from sqlalchemy.orm import Session

from app.latest import Latest
from app.lens import LensCache, find_lens
from app.results.cache import ResultCache
from app.results.filters import ResultFilter
from app.results.tokens.answers import lens_version
from app.results.tokens.evidence import token_evidence
from app.results.tokens.model import TokenEvidence
from app.tables import Lens, Study

_KEPT = 32


class EvidenceCache:
    """One per server, on what its results and its lenses keep."""

    def __init__(self, results: ResultCache, lenses: LensCache) -> None:
        self._results = results
        self._lenses = lenses
        self._found: Latest[TokenEvidence | None] = Latest(_KEPT)

    def get(self, session: Session, study: Study, chosen: ResultFilter) -> TokenEvidence | None:
        """None where the run has no lens that has found anything."""
        lens = find_lens(session, study.run)
        if lens is None:
            return None
        version = self.version(session, study, chosen)
        return self._found.get(
            (study.id, chosen), version, lambda: self._evidence(session, study, chosen, lens)
        )

    def _evidence(
        self, session: Session, study: Study, chosen: ResultFilter, lens: Lens
    ) -> TokenEvidence | None:
        columns = self._results.columns(session, study, chosen)
        found = self._lenses.get(session, lens)
        return token_evidence(session, study, columns, found, chosen.kind)

    def version(self, session: Session, study: Study, chosen: ResultFilter) -> str:
        """That of the results, and of what the lens has found."""
        found = lens_version(session, study.run)
        version = self._results.version(session, study, chosen)
        return f"{version}-{found}" if found else version
