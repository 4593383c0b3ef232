"""Grid colours: touching neighbours differ, four colours wherever possible, and none used much more than the others."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import permutations
from random import Random
from typing import TYPE_CHECKING

import networkx

if TYPE_CHECKING:
    Graph = networkx.Graph[int]
else:
    Graph = networkx.Graph

COLOURS = 4
TRIES, SHAKES = 6, 40


def assign(count: int, touching: Iterable[tuple[int, int]], seed: int) -> list[int]:
    """A colour index for each of `count` cells. Above 3 are spares, for the rare map where no try found four."""
    graph: Graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(sorted(touching))
    random = Random(seed)
    found: dict[int, int] = {}
    for attempt in range(TRIES):
        tried = _tried(graph, random, attempt)
        repair(graph, tried, random)
        if not found or max(tried.values()) < max(found.values()):
            found = tried
        if max(found.values(), default=0) < COLOURS:
            break
    balance(graph, found)
    return [found[node] for node in range(count)]


def _tried(graph: Graph, random: Random, attempt: int) -> dict[int, int]:
    """One greedy colouring: first the known good orders, then shuffled ones."""
    if attempt < 2:
        return dict(networkx.greedy_color(graph, ("DSATUR", "smallest_last")[attempt]))
    order = list(graph)
    random.shuffle(order)
    order.sort(key=lambda node: -graph.degree(node) + random.random() * 4)
    return dict(networkx.greedy_color(graph, lambda *_: order))


def repair(graph: Graph, colours: dict[int, int], random: Random) -> None:
    """Bring spare colours back to the first four: swapping chains of two colours frees one (Kempe, 1879).

    Where it does not at once, chains beside the cell are swapped by chance and it is tried again.
    """
    for node in sorted(node for node in graph if colours[node] >= COLOURS):
        for _ in range(SHAKES):
            if _freed(graph, colours, node):
                break
            beside = random.choice(sorted(graph[node]))
            if colours[beside] < COLOURS:
                other = random.choice([colour for colour in range(COLOURS) if colour != colours[beside]])
                _swap(colours, _chain(graph, colours, beside, other), (colours[beside], other))


def _freed(graph: Graph, colours: dict[int, int], node: int) -> bool:
    """Give the cell one of the four colours if some pair of them can be swapped out of its neighbours."""
    for one, other in permutations(range(COLOURS), 2):
        chains: list[set[int]] = []
        reached: set[int] = set()
        for beside in graph[node]:
            if colours[beside] == one and beside not in reached:
                chains.append(_chain(graph, colours, beside, other))
                reached |= chains[-1]
        if not any(colours[beside] == other for beside in graph[node] if beside in reached):
            for chain in chains:
                _swap(colours, chain, (one, other))
            colours[node] = one
            return True
    return False


def _swap(colours: dict[int, int], chain: set[int], pair: tuple[int, int]) -> None:
    """Exchange the two colours of a chain."""
    for cell in chain:
        colours[cell] = sum(pair) - colours[cell]


def _chain(graph: Graph, colours: dict[int, int], start: int, other: int) -> set[int]:
    """All cells joined to `start` through cells of its own colour and `other`."""
    pair, chain, edge = {colours[start], other}, {start}, [start]
    while edge:
        fresh = [cell for cell in graph[edge.pop()] if colours[cell] in pair and cell not in chain]
        chain.update(fresh)
        edge += fresh
    return chain


def balance(graph: Graph, colours: dict[int, int]) -> None:
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
