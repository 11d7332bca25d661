"""Who judges: the rater of the study in the address, for reading and for writing."""

from typing import Annotated

from fastapi import Depends

from app.ratings import Rater, enter
from app.web.deps import Reading, SignedIn, Writing


def _rater_read(study: str, account: SignedIn, session: Reading) -> Rater:
    return enter(session, study, account)


def _rater_write(study: str, account: SignedIn, session: Writing) -> Rater:
    return enter(session, study, account)


ReadingRater = Annotated[Rater, Depends(_rater_read)]
WritingRater = Annotated[Rater, Depends(_rater_write)]
