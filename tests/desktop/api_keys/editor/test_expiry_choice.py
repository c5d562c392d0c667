"""Expiry choices: which moment each one means, across changes of the clocks, and the words for it."""

# ruff: noqa: DTZ001 -- the time on a wall has no zone

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.desktop.api_keys.editor.expiry_choice import (
    DEFAULT_CHOICE,
    ExpiryChoice,
    ExpiryOption,
    WallTimeKind,
    describe_expiry,
    describe_remaining,
    describe_wall_time,
    describe_zone,
    find_expiry_fault,
    keep_label,
    resolve_wall_time,
    short_moment,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Africa/Casablanca",
        "America/Santiago",
    ]
).map(ZoneInfo)
WALL_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 30))
AROUND_CHANGES = st.sampled_from(
    [datetime(2026, 3, 29, 2), datetime(2026, 10, 25, 2), datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1)]
).flatmap(lambda start: st.integers(-120, 120).map(lambda minutes: start + timedelta(minutes=minutes)))


def custom(*parts: int) -> ExpiryChoice:
    return ExpiryChoice(ExpiryOption.CUSTOM, datetime(*parts))


class TestMoment:
    def test_default_is_30_days(self) -> None:
        assert DEFAULT_CHOICE.option is ExpiryOption.THIRTY_DAYS
        assert DEFAULT_CHOICE.moment(now=NOW, zone=BERLIN) == NOW + timedelta(days=30)

    def test_never_has_no_moment(self) -> None:
        assert ExpiryChoice(ExpiryOption.NEVER).moment(now=NOW, zone=BERLIN) is None

    def test_kept_expiry_is_the_one_the_key_has(self) -> None:
        kept = datetime(2027, 1, 1, tzinfo=UTC)
        assert ExpiryChoice(ExpiryOption.KEEP).moment(now=NOW, zone=BERLIN, kept=kept) == kept

    def test_custom_date_is_local_time(self) -> None:
        assert custom(2026, 12, 23, 14, 0).moment(now=NOW, zone=BERLIN) == datetime(2026, 12, 23, 13, 0, tzinfo=UTC)

    @given(
        option=st.sampled_from([option for option in ExpiryOption if option.days]),
        now=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=ZONES),
        zone=ZONES,
    )
    def test_days_are_days_of_24_hours_whatever_the_clocks_do(
        self, option: ExpiryOption, now: datetime, zone: ZoneInfo
    ) -> None:
        moment = ExpiryChoice(option).moment(now=now, zone=zone)
        assert moment is not None
        assert moment - now.astimezone(UTC) == timedelta(days=option.days or 0)


class TestWallTime:
    def test_skipped_time_counts_on_from_before_the_change(self) -> None:
        resolved = resolve_wall_time(datetime(2027, 3, 28, 2, 30), BERLIN)
        assert resolved.kind is WallTimeKind.SKIPPED
        assert resolved.moment == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
        assert describe_wall_time(custom(2027, 3, 28, 2, 30), BERLIN) == (
            "The clocks are put forward that day and skip 02:30; 03:30 CEST is meant."
        )

    def test_repeated_time_means_the_first(self) -> None:
        resolved = resolve_wall_time(datetime(2027, 10, 31, 2, 30), BERLIN)
        assert resolved.kind is WallTimeKind.REPEATED
        assert resolved.moment == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        assert describe_wall_time(custom(2027, 10, 31, 2, 30), BERLIN) == (
            "The clocks are put back that day and 02:30 comes twice; the first, CEST, is meant."
        )

    def test_ordinary_time_needs_no_sentence(self) -> None:
        assert describe_wall_time(custom(2027, 6, 1, 2, 30), BERLIN) == ""

    @given(wall_time=st.one_of(WALL_TIMES, AROUND_CHANGES), zone=ZONES)
    def test_every_wall_time_means_one_moment_that_shows_it_unless_it_is_skipped(
        self, wall_time: datetime, zone: ZoneInfo
    ) -> None:
        resolved = resolve_wall_time(wall_time, zone)
        shown = resolved.moment.astimezone(zone).replace(tzinfo=None, fold=0)
        if resolved.kind is WallTimeKind.SKIPPED:
            assert shown > wall_time
        else:
            assert shown == wall_time
        if resolved.kind is WallTimeKind.REPEATED:
            moments = {wall_time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
            assert len(moments) == 2
            assert resolved.moment == min(moments)


class TestFault:
    def test_past_is_refused(self) -> None:
        choice = custom(2026, 11, 23, 13, 59)
        assert find_expiry_fault(choice, now=NOW, zone=BERLIN) == "This moment has passed. Choose one in the future."

    def test_present_instant_is_refused(self) -> None:
        assert find_expiry_fault(custom(2026, 11, 23, 14, 0), now=NOW, zone=BERLIN)

    def test_next_minute_is_taken(self) -> None:
        assert find_expiry_fault(custom(2026, 11, 23, 14, 1), now=NOW, zone=BERLIN) is None

    def test_missing_date_is_said(self) -> None:
        assert find_expiry_fault(ExpiryChoice(ExpiryOption.CUSTOM), now=NOW, zone=BERLIN)

    @pytest.mark.parametrize("option", [option for option in ExpiryOption if option is not ExpiryOption.CUSTOM])
    def test_every_other_choice_is_right(self, option: ExpiryOption) -> None:
        assert find_expiry_fault(ExpiryChoice(option), now=NOW, zone=BERLIN) is None


class TestWords:
    def test_moment_is_said_with_day_zone_and_distance(self) -> None:
        moment = datetime(2026, 12, 23, 13, 0, tzinfo=UTC)
        assert describe_expiry(moment, now=NOW, zone=BERLIN) == (
            "Expires on Wednesday, 23 December 2026 at 14:00 CET, in 30 days"
        )

    def test_past_moment_is_said_as_past(self) -> None:
        moment = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
        assert describe_expiry(moment, now=NOW, zone=BERLIN) == (
            "Expired on Friday, 20 November 2026 at 14:00 CET, 3 days ago"
        )

    def test_zone_without_letters_is_said_by_its_offset(self) -> None:
        moment = datetime(2026, 12, 23, 13, 0, tzinfo=UTC)
        kathmandu = ZoneInfo("Asia/Kathmandu")
        assert short_moment(moment, kathmandu) == "2026-12-23 18:45 UTC+05:45"

    @pytest.mark.parametrize(
        ("remaining", "words"),
        [
            (timedelta(seconds=20), "in less than a minute"),
            (timedelta(seconds=61), "in 1 minute"),
            (timedelta(minutes=59, seconds=50), "in 1 hour"),
            (timedelta(hours=5), "in 5 hours"),
            (timedelta(hours=23, minutes=59), "in 1 day"),
            (timedelta(hours=38), "in 1 day and 14 hours"),
            (timedelta(days=29, hours=23, minutes=59), "in 30 days"),
            (timedelta(days=36_500), "in 36,500 days"),
            (timedelta(days=-3), "3 days ago"),
            (timedelta(0), "less than a minute ago"),
        ],
    )
    def test_distance_is_rounded_to_the_unit_that_people_use(self, remaining: timedelta, words: str) -> None:
        assert describe_remaining(remaining) == words

    @given(seconds=st.integers(-(10**9), 10**9))
    def test_distance_never_misleads_by_more_than_half_a_unit(self, seconds: int) -> None:
        units = {"minute": 60, "hour": 3600, "day": 86_400}
        numbers = describe_remaining(timedelta(seconds=seconds)).replace("and ", "").replace(",", "").split()
        said, smallest = 0, 60
        for count, unit in pairwise(numbers):
            if count.isdigit():
                smallest = units[unit.rstrip("s")]
                said += int(count) * smallest
        assert abs(said - abs(seconds)) <= max(smallest / 2, 60 if said == 0 else 0)

    @pytest.mark.parametrize(
        ("zone", "words"),
        [
            ("Europe/Berlin", "Europe/Berlin (CET)"),
            ("Asia/Kathmandu", "Asia/Kathmandu (UTC+05:45)"),
            ("America/St_Johns", "America/St_Johns (NST)"),
            ("Etc/UTC", "UTC"),
        ],
    )
    def test_zone_is_named_with_what_it_is_called_at_that_moment(self, zone: str, words: str) -> None:
        assert describe_zone(ZoneInfo(zone), NOW) == words

    def test_keep_names_the_local_time(self) -> None:
        assert keep_label(datetime(2026, 12, 23, 13, 0, tzinfo=UTC), BERLIN) == "Keep 2026-12-23 14:00"
        assert keep_label(None, BERLIN) == "Keep: never expires"
