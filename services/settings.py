"""Settings from the environment (SMALLGRID_...). A wrong one stops the start with a sentence that says which."""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder."""


COOKIE = "smallgrid_session"
"""The name of the session cookie: set by the sign-in route, read by every page."""


class Settings(BaseSettings):
    """All settings. `site` names the PostgreSQL schema; SQLite needs none: one file is one site.

    `sweep_seconds` is how often the server looks for what is late; 0 leaves that to `smallgrid sweep`.
    """

    model_config = SettingsConfigDict(env_prefix="SMALLGRID_", env_file=ROOT / ".env", extra="ignore")

    database_url: str = f"sqlite:///{ROOT / 'var' / 'smallgrid.db'}"
    site: str = ""
    sites_dir: Path = ROOT / "sites"
    address: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    session_days: int = 7
    secure_cookie: bool = False
    sweep_seconds: int = Field(default=60, ge=0)

    @model_validator(mode="after")
    def _usable(self) -> "Settings":
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("SMALLGRID_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
        if self.database_url.startswith("postgresql") and not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", self.site):
            raise ValueError("SMALLGRID_SITE must name the site's schema (small letters, digits, _) on PostgreSQL")
        if self.database_url.startswith("sqlite:///"):
            self.database_url = f"sqlite:///{Path(self.database_url.removeprefix('sqlite:///')).absolute()}"
        return self


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
