"""The demonstration township: real villages, all else in it made up, and the same for the same seed."""

from services.demo.build import DemoAccount, DemoRow, build

__all__ = ["DemoAccount", "DemoRow", "build"]
