"""The demonstration township: real villages, all else in it made up, and the same for the same seed."""

from services.demo.build import DemoAccount, DemoRow, build
from services.demo_accounts import PASSWORD

__all__ = ["PASSWORD", "DemoAccount", "DemoRow", "build"]
