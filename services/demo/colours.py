"""Grid colours: touching neighbours differ, four colours wherever possible, and none used much more than the others."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from random import Random
from typing import Any

import networkx

COLOURS = 4
TRIES = 24


def assign(count: int, touching: Iterable[tuple[int, int]], seed: int) -> list[int]:
    """A colour index for each of `count` cells. Above 3 are spares, for the rare map where no try found four."""
    graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(sorted(touching))
    random = Random(seed)
    found: dict[int, int] = {}
    for attempt in range(TRIES):
        tried = _tried(graph, random, attempt)
        if not found or max(tried.values()) < max(found.values()):
            found = tried
        if max(found.values(), default=0) < COLOURS:
            break
    balance(graph, found)
    return [found[node] for node in range(count)]


def _tried(graph: Any, random: Random, attempt: int) -> dict[int, int]:
    """One greedy colouring: first the known good orders, then shuffled ones; chains of two colours are swapped."""
    if attempt == 0:
        return dict(networkx.greedy_color(graph, "DSATUR"))
    if attempt == 1:
        return dict(networkx.greedy_color(graph, "smallest_last", interchange=True))
    order = list(graph)
    random.shuffle(order)
    order.sort(key=lambda node: -graph.degree(node) + random.random() * 4)
    return dict(networkx.greedy_color(graph, lambda *_: order, interchange=True))


def balance(graph: Any, colours: dict[int, int]) -> None:
    """Recolour cells of the commonest colours with rarer ones where no neighbour has them."""
    used = Counter(colours.values())
    for _ in range(8):
        changed = False
        for node in sorted(graph, key=lambda node: -used[colours[node]]):
            taken = {colours[other] for other in graph[node]}
            free = [colour for colour in range(COLOURS) if colour not in taken]
            rarest = min(free, key=lambda colour: (used[colour], colour), default=colours[node])
            if used[rarest] + 1 < used[colours[node]]:
                used[colours[node]] -= 1
                used[rarest] += 1
                colours[node] = rarest
                changed = True
        if not changed:
            return


def conflicts(colours: list[int], touching: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """For each cell, the neighbours of its own colour: empty for a good map."""
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in touching:
        if colours[one] == colours[other]:
            found[one].append(other)
    return dict(found)
