"""The only reader of the environment: every setting is TRIPTYCH_<NAME>."""

import sys
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_HERE = Path(__file__).resolve().parent


def asset_folder(name: str) -> Path:
    """`templates`, `static`, `migrations`: beside app/ in a checkout, inside it once installed."""
    inside = _HERE / name
    return inside if inside.is_dir() else _HERE.parent / name


def _parse_networks(addresses: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in addresses.split(",") if part.strip())


class Settings(BaseSettings):
    """Where things are and how the server behaves. The CLI refuses unknown TRIPTYCH_ names."""

    model_config = SettingsConfigDict(env_prefix="TRIPTYCH_", extra="forbid", env_ignore_empty=True)

    models_file: Path = Field(Path("models.yaml"), description="the file that lists the variants")
    var: Path = Field(Path("var"), description="database, logs, caches, keys")
    database_url: str | None = Field(None, description="default: SQLite in the var folder")
    host: str = Field("127.0.0.1", description="address the server listens on")
    port: int = Field(8300, ge=1, le=65535)
    public_url: str | None = Field(None, description="address that raters use; default host:port")
    secret_key: str | None = Field(None, description="signs cookies, links; default: in var")
    engine_python: str = Field(sys.executable, description="an interpreter that has vLLM")
    engine_port: int = Field(8310, ge=1, le=65535, description="first port tried for engines")
    engine_start_timeout: float = Field(600.0, gt=0, description="seconds until it must be ready")
    engine_idle_stop: float = Field(0.0, ge=0, description="seconds without work; 0 keeps it up")
    engine_memory_gb: float | None = Field(None, gt=0, description="for all engines together")
    concurrency: int = Field(64, ge=1, description="requests in flight per engine")
    upload_limit_mb: int = Field(64, ge=1)
    proxy_user_header: str | None = Field(
        None, description="header in which a reverse proxy names who signed in there"
    )
    proxy_addresses: str = Field(
        "127.0.0.1, ::1", description="addresses or networks from which that header counts"
    )
    proxy_default_role: Literal["analyst"] | None = Field(
        None, description="role of people whom the proxy names and nobody invited; default: none"
    )
    debug: bool = False

    @field_validator("public_url")
    @classmethod
    def _complete(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url

    @field_validator("proxy_addresses")
    @classmethod
    def _networks(cls, addresses: str) -> str:
        _parse_networks(addresses)  # raises ValueError
        return addresses

    @cached_property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _parse_networks(self.proxy_addresses)

    @cached_property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.var / 'triptych.db').resolve()}"

    @property
    def base_url(self) -> str:
        everywhere = self.host in ("0.0.0.0", "::")  # noqa: S104  (an address, not a socket)
        host = "localhost" if everywhere else self.host
        host = f"[{host}]" if ":" in host else host  # an IPv6 address
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")
