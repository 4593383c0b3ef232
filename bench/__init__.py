"""Benchmarks: every figure beside its floor, measured in the same run. Never fails a build. See docs/speed.md."""
