"""What the home pays: what is set holds at once and after a restart, and what fails changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_table import PriceExtent
from ownplug.core.energy.tariff import Flat, Hourly, Tariff
from ownplug.core.errors import Conflict, NotFound, OwnplugError, UsageError
from ownplug.ledger import Tariffs
from ownplug.store import SqliteStore

CALENDARS = {zone: Calendar(zone) for zone in ("Europe/Berlin", "UTC")}
NEW_YEAR = date(2026, 1, 1)
FLAT = Tariff(begins=NEW_YEAR, rate=Flat(price_micros=310_000))
MIDNIGHT_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
TABLE = "start,price\n2026-01-01T12:00Z,0.1\n2026-01-01T12:30Z,0.2\n"
NOON_S = MIDNIGHT_S + 12 * 3600


class Zone:
    """The owner's zone, which may be changed."""

    name = "Europe/Berlin"

    def calendar(self) -> Calendar:
        return CALENDARS[self.name]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "hub.sqlite3") as found:
        yield found


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
async def tariffs(store: SqliteStore, zone: Zone) -> Tariffs:
    return await open_tariffs(store, zone)


async def open_tariffs(store: SqliteStore, zone: Zone) -> Tariffs:
    tariffs = Tariffs(zone.calendar)
    await tariffs.load(store.tariffs)
    return tariffs


def noon_of(tariffs: Tariffs) -> float | None:
    return tariffs.prices(NOON_S, NOON_S + 3600)[NOON_S]


async def test_a_home_without_tariffs_has_no_prices(tariffs: Tariffs) -> None:
    assert (tariffs.currency, tariffs.all(), tariffs.extent, noon_of(tariffs)) == (None, (), None, None)


async def test_a_tariff_begins_with_its_day_in_the_owners_zone(tariffs: Tariffs, zone: Zone) -> None:
    await tariffs.set(FLAT, currency="EUR")
    around = tariffs.prices(MIDNIGHT_S - 7200, MIDNIGHT_S + 3600)
    assert list(around.values()) == [None, 0.31, 0.31]
    zone.name = "UTC"
    assert list(tariffs.prices(MIDNIGHT_S - 7200, MIDNIGHT_S + 3600).values()) == [None, None, 0.31]


async def test_what_was_set_holds_after_a_restart(tariffs: Tariffs, store: SqliteStore, zone: Zone) -> None:
    await tariffs.set(FLAT, currency="EUR")
    await tariffs.import_prices(TABLE, begins=date(2026, 1, 2))
    for each in (tariffs, await open_tariffs(store, zone)):
        assert each.currency == "EUR"
        assert each.all() == (FLAT, Tariff(begins=date(2026, 1, 2), rate=Hourly()))
        assert each.extent == PriceExtent(from_s=NOON_S, to_s=NOON_S + 3600, count=2)
    await tariffs.remove(NEW_YEAR)
    assert len((await open_tariffs(store, zone)).all()) == len(tariffs.all()) == 1
    with pytest.raises(NotFound):
        await tariffs.remove(NEW_YEAR)


async def test_an_import_may_say_from_when_the_table_counts(tariffs: Tariffs) -> None:
    came = await tariffs.import_prices(TABLE, currency="EUR")
    assert (came, noon_of(tariffs)) == (PriceExtent(from_s=NOON_S, to_s=NOON_S + 3600, count=2), None)
    await tariffs.import_prices(TABLE, begins=NEW_YEAR)
    assert noon_of(tariffs) == pytest.approx(0.15, abs=1e-12)


async def test_a_second_import_replaces_only_its_own_time(
    tariffs: Tariffs, store: SqliteStore, zone: Zone
) -> None:
    hours = "".join(f"2026-01-01T{hour}:00Z,0.4\n" for hour in (11, 12, 13))
    await tariffs.import_prices(f"start,price\n{hours}", currency="EUR", begins=NEW_YEAR)
    await tariffs.import_prices("start,price\n2026-01-01T12:15Z,0\n2026-01-01T12:30Z,0\n")
    for each in (tariffs, await open_tariffs(store, zone)):
        prices = each.prices(NOON_S - 3600, NOON_S + 7200)
        assert prices == {NOON_S - 3600: 0.4, NOON_S: 0.2, NOON_S + 3600: 0.4}


async def test_local_times_of_a_table_are_those_of_the_owners_zone(tariffs: Tariffs) -> None:
    await tariffs.import_prices(TABLE.replace("Z", ""), currency="EUR", begins=NEW_YEAR)
    assert tariffs.extent == PriceExtent(from_s=NOON_S - 3600, to_s=NOON_S, count=2)


@pytest.mark.parametrize(
    ("table", "currency", "begins"),
    [
        (TABLE + "2026-01-01T13:00Z,much\n", None, date(2026, 2, 1)),
        (TABLE, "eur", date(2026, 2, 1)),
        (TABLE, None, date(1899, 1, 1)),
    ],
)
async def test_of_an_import_that_is_refused_nothing_stays(
    tariffs: Tariffs, table: str, currency: str | None, begins: date
) -> None:
    await tariffs.set(FLAT, currency="EUR")
    with pytest.raises(UsageError):
        await tariffs.import_prices(table, currency=currency, begins=begins)
    assert (tariffs.currency, tariffs.all(), tariffs.extent) == ("EUR", (FLAT,), None)


async def test_what_is_not_on_the_disk_does_not_count(tmp_path: Path, zone: Zone) -> None:
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        tariffs = await open_tariffs(store, zone)
        await tariffs.set(FLAT, currency="EUR")
        await store._database.write("DROP TABLE tariff")
        for change in (
            tariffs.set(Tariff(begins=NEW_YEAR, rate=Hourly())),
            tariffs.remove(NEW_YEAR),
            tariffs.import_prices(TABLE, begins=NEW_YEAR),
        ):
            with pytest.raises(OwnplugError):
                await change
        assert (tariffs.all(), tariffs.extent) == ((FLAT,), None)


async def test_the_first_price_says_its_currency(tariffs: Tariffs) -> None:
    with pytest.raises(UsageError, match="currency"):
        await tariffs.set(FLAT)
    with pytest.raises(UsageError, match="currency"):
        await tariffs.import_prices(TABLE)
    await tariffs.set(FLAT, currency="EUR")
    await tariffs.set(Tariff(begins=date(2026, 2, 1), rate=Hourly()))
    assert tariffs.currency == "EUR"


async def test_another_currency_is_refused_unless_it_replaces_all(
    tariffs: Tariffs, store: SqliteStore, zone: Zone
) -> None:
    later = Tariff(begins=date(2026, 2, 1), rate=Hourly())
    await tariffs.set(FLAT, currency="EUR")
    await tariffs.import_prices(TABLE, begins=later.begins)
    for change in (
        tariffs.set(FLAT, currency="SEK"),
        tariffs.import_prices(TABLE, currency="SEK"),
        tariffs.import_prices(TABLE, currency="SEK", begins=NEW_YEAR),
    ):
        with pytest.raises(Conflict, match="EUR"):
            await change
    assert (tariffs.currency, tariffs.all()) == ("EUR", (FLAT, later))
    await tariffs.remove(later.begins)
    await tariffs.set(FLAT, currency="SEK")
    for each in (tariffs, await open_tariffs(store, zone)):
        assert (each.currency, each.all(), each.extent) == ("SEK", (FLAT,), None)
