"""`python -m bench`: every figure beside its floor, as a ratio of medians, with the target beside it. Always exits 0.

--size 100k,1M     how many demands (100k,1M)
--only NAME        one part: queue, figures, ranking, map, board, moves, sweep, import, screens,
                   walls; several with commas
--quick            10k demands and few repetitions
--cpu              read the CPU time of the process instead of the clock, on a machine that others use too (not screens)
--plans            also print which index each statement uses, without ANALYZE and with it
--postgresql       the queue and one move on PostgreSQL too
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

os.environ["SMALLGRID_SITES_DIR"] = str(Path(__file__).parent / "sites")

from bench import importing, moves, plans, reads, screens, sweeping, timing, walls
from bench.ledger import Ledger, ledger
from bench.timing import Figure

READS: dict[str, Callable[[reads.Bench], Iterator[Figure]]] = {
    "queue": reads.queue, "figures": reads.of_year, "ranking": reads.ranking, "map": reads.by_unit,
    "board": reads.board, "moves": moves.moves, "sweep": sweeping.sweeping,
}  # fmt: skip
PARTS = (*READS, "import", "screens", "walls")
GROWTH = {"queue of the county, 50 rows + count": 1.2, "queue of a township, category, overdue": 4.0}
"""How much a read may grow over the sizes (the targets are set from 100k to 5M)."""


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    timing.choose("cpu" if asked.cpu else "wall")
    found: list[Figure] = []
    for size in asked.sizes:
        built = ledger(size, datetime.now(UTC))
        print(
            f"\n## {size:,} demands, {built.shape.grids:,} grids, {built.shape.villages:,} villages\n\n{HEAD}",
            flush=True,
        )
        for figure in _measured(built, asked):
            found.append(figure)
            print(_line(figure), flush=True)
        if asked.plans:
            with reads.opened(built, 1) as opened:
                print("", *plans.plans(opened.bench), sep="\n", flush=True)
    print("", *_growth(found), sep="\n")


def _measured(built: Ledger, asked: argparse.Namespace) -> Iterator[Figure]:
    """The figures of every part that was asked for; one that cannot be measured says why and stops nothing."""
    for name, part in _parts(built, asked):
        try:
            yield from part
        except Exception as error:
            print(f"{name} could not be measured: {type(error).__name__}: {error}", flush=True)


def _parts(built: Ledger, asked: argparse.Namespace) -> Iterator[tuple[str, Iterator[Figure]]]:
    times, repeats, runs = (5, 1, 1) if asked.quick else (60, 3, 5)
    with reads.opened(built, times) as opened:
        yield from ((name, part(opened.bench)) for name, part in READS.items() if name in asked.parts)
    if "import" in asked.parts and built.demands == asked.sizes[0]:
        yield "import", importing.importing(built.demands, built.now, 1)
    if "screens" in asked.parts:
        yield "screens", screens.screens(built, repeats, runs)
    if "walls" in asked.parts:
        yield "walls", walls.refreshing(built, 2 if asked.quick else 12)
    if asked.postgresql:
        from bench import postgresql

        yield "postgresql", postgresql.figures(built, times)


HEAD = (
    f"| {'figure':42} | {'ours, ms':>10} | {'floor, ms':>10} | {'ratio':>7} | {'target':>19} | reached | floor |\n"
    f"| {'-' * 42} | {'-' * 9}: | {'-' * 9}: | {'-' * 6}: | {'-' * 18}: | ------- | ----- |"
)


def _line(figure: Figure) -> str:
    reached = {True: "yes", False: "no", None: ""}[figure.reached]
    note = f" ({figure.note})" if figure.note else ""
    numbers = f"{figure.ours:10,.2f} | {figure.floor:10,.2f} | {figure.ratio:7.2f}"
    return f"| {figure.name:42} | {numbers} | {figure.target:>19} | {reached:7} | {figure.floor_is}{note} |"


def _growth(found: Sequence[Figure]) -> Iterator[str]:
    """How each read grew from the smallest to the largest ledger."""
    names = dict.fromkeys(figure.name for figure in found if figure.size == found[0].size)
    pairs = [(name, [figure for figure in found if figure.name == name]) for name in names]
    grown = [(name, rows[-1].ours / rows[0].ours) for name, rows in pairs if len(rows) > 1]
    if grown:
        yield f"## Growth from {found[0].size:,} to {found[-1].size:,} demands\n"
        yield f"| {'figure':42} | {'times':>7} | target (to 5M) |\n| {'-' * 42} | {'-' * 6}: | ---: |"
    for name, times in grown:
        target = f"<= {GROWTH[name]:g}" if name in GROWTH else ""
        yield f"| {name:42} | {times:7.2f} | {target} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    asked.sizes = [_number(word) for word in (asked.size or ("10k" if asked.quick else "100k,1M")).split(",")]
    asked.parts = [word.strip() for word in asked.only.split(",")] if asked.only else list(PARTS)
    if set(asked.parts) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}")
    return asked


def _number(word: str) -> int:
    """100k, 1M or plain digits."""
    scale = {"k": 1_000, "m": 1_000_000}.get(word.strip()[-1].lower(), 1)
    return int(float(word.strip().rstrip("kKmM")) * scale)


main()
