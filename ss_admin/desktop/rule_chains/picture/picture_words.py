"""The picture in sentences, for those who cannot see it."""

from ss_admin.desktop.rule_chains.picture.drawn_chain import DrawnChain
from ss_admin.desktop.rule_chains.picture.graph import ChainGraph, ChainLink

__all__ = ["describe_card", "describe_chain"]

_MOST_TOLD = 60


def describe_chain(drawn: DrawnChain) -> str:
    """All nodes in reading order, with what they do, their states and their connections."""
    number = len(drawn.cards)
    if not number:
        return "There are no nodes."
    told = [describe_card(drawn, place) for place in drawn.in_reading_order()[:_MOST_TOLD]]
    more = f" And {number - _MOST_TOLD} more." if number > _MOST_TOLD else ""
    return f"{number} {'node' if number == 1 else 'nodes'}, from left to right. {' '.join(told)}{more}"


def describe_card(drawn: DrawnChain, place: int) -> str:
    """One node in a sentence: name, what it does, its state, and where it leads."""
    card = drawn.cards[place]
    state = f", {card.mark.words}" if card.mark is not None else ""
    targets = [_target_in_words(drawn.graph, link) for link in drawn.graph.links if link.source == place]
    leads = f", leads to {' and '.join(targets)}" if targets else ""
    return f"{card.node.name}: {card.node.does}{state}{leads}."


def _target_in_words(graph: ChainGraph, link: ChainLink) -> str:
    name = graph.nodes[link.target].name
    branches = graph.nodes[link.source].branches
    return f"{name} ({branches[link.branch]})" if link.branch is not None and branches else name
