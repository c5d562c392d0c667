"""How soon a process that died is started again."""

from ss_admin.backend.server.restart_pause import LONG_LIFE, LONGEST_PAUSE, RestartPause


class Clock:
    """A clock that stands still unless told otherwise."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_death_is_answered_at_once_and_each_further_one_after_twice_the_pause() -> None:
    clock = Clock()
    patience = RestartPause(clock)
    pauses = []
    for _ in range(8):
        patience.born()
        clock.now += 1
        moment = patience.next_start()
        pauses.append(moment - clock.now)
        clock.now = moment
    assert pauses == [0, 0.5, 1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_long_life_is_forgiven_everything() -> None:
    clock = Clock()
    patience = RestartPause(clock)
    for _ in range(5):
        patience.next_start()
    patience.born()
    clock.now += LONG_LIFE
    assert patience.next_start() == clock.now
