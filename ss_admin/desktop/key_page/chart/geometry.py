"""Where the bars, their parts and the lines behind them stand: arithmetic, in device-independent pixels. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["LEAST_PART", "Bar", "BarPart", "Room", "ValueScale", "bar_at", "lay_out_bars", "value_scale"]

LEAST_PART = 2.0
"""A part with any call in it is at least this high: one refusal among thousands can still be seen."""

_MOST_LINES = 4
_WIDEST_BAR = 36.0


@dataclass(frozen=True)
class Room:
    """The rectangle that the bars stand in."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Where the bars stand."""
        return self.top + self.height


@dataclass(frozen=True)
class BarPart:
    """A part of a bar: the number of its series, its upper edge and its height."""

    series: int
    top: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar, from `left`; its parts from the bottom up, none for a stretch of time without calls."""

    left: float
    width: float
    parts: tuple[BarPart, ...]


@dataclass(frozen=True)
class ValueScale:
    """The scale of values: from 0 to `top`, with a line at each `step`."""

    top: int
    step: int

    @property
    def lines(self) -> range:
        """The values at which a line is drawn, 0 among them."""
        return range(0, self.top + 1, self.step)


def value_scale(highest: int) -> ValueScale:
    """The smallest round scale that has room for `highest`: steps of 1, 2 or 5 times a power of ten."""
    magnitude = 1
    while True:
        for digit in (1, 2, 5):
            step = digit * magnitude
            lines = max(1, -(-highest // step))
            if lines <= _MOST_LINES:
                return ValueScale(lines * step, step)
        magnitude *= 10


def lay_out_bars(counts: Sequence[Sequence[int]], scale: ValueScale, room: Room) -> tuple[Bar, ...]:
    """A bar for each stretch of time, side by side, on whole pixels: their edges are sharp."""
    slot = room.width / max(1, len(counts))
    gap = 1.0 if slot < 8 else min(slot * 0.25, 8.0)
    bars = []
    for number, of_bar in enumerate(counts):
        start, end = round(room.left + number * slot), round(room.left + (number + 1) * slot)
        width = max(1.0, min(float(round(end - start - gap)), _WIDEST_BAR))
        left = start + (end - start - width) // 2
        bars.append(Bar(left, width, _stack(of_bar, scale, room)))
    return tuple(bars)


def bar_at(x: float, number: int, room: Room) -> int | None:
    """Which of `number` bars has the pixel column `x` in its stretch of time; None beside them."""
    if not number or not room.left <= x < room.left + room.width:
        return None
    return min(number - 1, int((x - room.left) * number / room.width))


def _stack(counts: Sequence[int], scale: ValueScale, room: Room) -> tuple[BarPart, ...]:
    present = {series: count for series, count in enumerate(counts) if count > 0}
    if not present:
        return ()
    whole = room.height * min(1.0, sum(present.values()) / scale.top)
    heights = _heights(present, min(room.height, max(whole, LEAST_PART * len(present))))
    parts, bottom = [], room.bottom
    for series, height in heights.items():
        parts.append(BarPart(series, bottom - height, height))
        bottom -= height
    return tuple(parts)


def _heights(counts: dict[int, int], whole: float) -> dict[int, float]:
    """Shares `whole` out by the counts; what would be too thin to see takes its least height from the others."""
    least = min(LEAST_PART, whole / len(counts))
    thin: set[int] = set()
    while True:
        rest = whole - least * len(thin)
        among = sum(count for series, count in counts.items() if series not in thin)
        shares = {series: least if series in thin else rest * count / among for series, count in counts.items()}
        thinner = {series for series, share in shares.items() if series not in thin and share < least}
        if not thinner:
            return shares
        thin |= thinner
