"""What lives as long as the server: made once in `app.main`, read through `web.deps`."""

from dataclasses import dataclass, field

from app.auth import Signer
from app.db import Database
from app.engines import EnginePool
from app.errors import AppError
from app.judges import JudgeRunner
from app.lens import LensCache, LensRunner
from app.registry import Registry
from app.results import ResultCache
from app.results.tokens import EvidenceCache
from app.runner import Runner
from app.settings import Settings
from app.web.throttle import Throttle
from app.web.turns import Turns


@dataclass
class AppState:
    """`registry_error` is set when models.yaml could not be read: everything else still works."""

    settings: Settings
    database: Database
    signer: Signer
    registry: Registry
    registry_error: AppError | None
    pool: EnginePool
    runner: Runner
    judges: JudgeRunner
    lenses: LensRunner
    results: ResultCache = field(default_factory=ResultCache)
    lens_results: LensCache = field(default_factory=LensCache)
    turns: Turns = field(default_factory=Turns)
    joins: Throttle = field(default_factory=lambda: Throttle(limit=300, seconds=60))
    passwords: Throttle = field(default_factory=lambda: Throttle(limit=10, seconds=60))
    tokens: EvidenceCache = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = EvidenceCache(self.results, self.lens_results)
