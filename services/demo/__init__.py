"""The demonstration township: real villages, everything below and everyone in it made up, the same for the same seed."""

from services.demo.build import PASSWORD, DemoAccount, DemoRow, build

__all__ = ["PASSWORD", "DemoAccount", "DemoRow", "build"]
