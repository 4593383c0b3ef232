"""The demonstration township: real villages, all else in it made up, and the same for the same seed."""

from services.demo.build import PASSWORD, DemoAccount, DemoRow, build

__all__ = ["PASSWORD", "DemoAccount", "DemoRow", "build"]
