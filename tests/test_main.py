"""What runs beside the server."""

import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.state import AppState


def settings(folder: Path) -> Settings:
    return Settings(var=folder, models_file=folder / "models.yaml")


def test_a_defect_beside_the_server_is_logged_and_the_server_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: AppState) -> None:
        raise RuntimeError("no such island")

    with TestClient(create_app(settings(tmp_path), on_start=broken)) as client:
        assert client.get("/healthz").status_code == 200
        assert "no such island" in caplog.text


def test_work_beside_the_server_ends_with_it(tmp_path: Path) -> None:
    ended: list[str] = []

    async def endless(_: AppState) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    with TestClient(create_app(settings(tmp_path), on_start=endless)) as client:
        assert client.get("/healthz").status_code == 200
        assert ended == []
    assert ended == ["cancelled"]
