"""Which card is under the mouse, has the keyboard, and is chosen."""

from ss_admin.desktop.rule_chains.picture.drawn_chain import DrawnChain

__all__ = ["NodeCursor"]


class NodeCursor:
    """Three places in a drawn chain, shown on its cards; each may be none."""

    def __init__(self, drawn: DrawnChain) -> None:
        self.drawn = drawn
        self.hovered: int | None = None
        self.current: int | None = None
        self.chosen: int | None = None

    def carry_over(self, drawn: DrawnChain) -> None:
        """Goes on in a chain drawn anew: what had the keyboard or was chosen still is, if it is still there."""
        before, self.drawn, self.hovered = self.drawn, drawn, None
        self.current, self.chosen = (
            drawn.place_of(before.cards[place].node.id) if place is not None else None
            for place in (self.current, self.chosen)
        )

    def begin(self) -> None:
        """Gives the keyboard to the first card, if no other has it."""
        if self.current is None:
            self.current = next(iter(self.drawn.in_reading_order()), None)

    def beside(self, columns: int, rows: int) -> int | None:
        """The card that lies in this direction of the one with the keyboard."""
        self.begin()
        if self.current is None:
            return None
        return self.drawn.beside(self.current, columns) if columns else self.drawn.above_or_below(self.current, rows)

    def show(self, *, has_focus: bool) -> None:
        """Shows it on the cards and the connections."""
        for place, card in enumerate(self.drawn.cards):
            card.show_as(
                chosen=place == self.chosen, ring=has_focus and place == self.current, hovered=place == self.hovered
            )
        self.drawn.show_chosen(self.chosen)
