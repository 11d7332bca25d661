"""Every screen's router, in the order of the navigation."""

from app.web import (
    compare,
    home,
    prompts,
    runs,
    sign_in,
    variants,
)

ROUTERS = (
    home.router,
    sign_in.router,
    variants.router,
    prompts.router,
    runs.router,
    compare.router,
)
