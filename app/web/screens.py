"""Every screen's router, in the order of the navigation."""

from app.web import (
    amend,
    compare,
    home,
    judged,
    live,
    prompts,
    rate,
    rate_diff,
    recorded,
    results,
    runs,
    sign_in,
    studies,
    team,
    variants,
)

ROUTERS = (
    home.router,
    sign_in.router,
    team.router,
    variants.router,
    prompts.router,
    runs.router,
    recorded.router,
    studies.router,
    amend.router,
    judged.router,
    results.router,
    rate.router,
    rate_diff.router,
    live.router,
    compare.router,
)
