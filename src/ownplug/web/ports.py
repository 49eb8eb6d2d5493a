"""What the web interface needs of a hub; `ownplug.hub.HubApi` and `ownplug.hub.Logins` fit by shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from ownplug.aio import Subscription
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.price_table import PriceExtent
from ownplug.core.energy.tariff import Tariff
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord, Scope, TokenRecord
from ownplug.core.schedule import AutoOff, Timer
from ownplug.core.secret import Secret
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.hub import (
    AvailabilitySpan,
    By,
    Caller,
    Comparison,
    CorrectionRow,
    Event,
    Figures,
    FirmwareOffer,
    FirmwareView,
    Grain,
    HomeView,
    KeptRules,
    MessageView,
    NamedSeries,
    Obstacle,
    Peak,
    PlugChange,
    PlugView,
    Refusal,
    SampleSeries,
    Series,
    SignIn,
    TimerView,
    Total,
    UserView,
)

R_contra = TypeVar("R_contra", contravariant=True)
V = TypeVar("V")


class RulesDoor(Protocol[R_contra, V]):
    """What one may ask of the rules of one kind that plugs keep."""

    async def all(self, reference: str, /) -> KeptRules[V]:
        """Ask the plug for all of them."""

    async def get(self, reference: str, rule_id: str, /) -> V:
        """Ask the plug for one."""

    async def add(self, reference: str, rule: R_contra, /) -> V:
        """Make one."""

    async def change(self, reference: str, rule: R_contra, /) -> V:
        """Replace the one of the same id."""

    async def remove(self, reference: str, rule_id: str, /) -> None:
        """Let the plug forget one."""


class EnergyDoor(Protocol):
    """What one may ask of the energy of the home. Moments are Unix time; `ownplug.hub.Energy` fits by shape."""

    @property
    def calendar(self) -> Calendar:
        """Hours and days of the owner's zone."""

    def now_s(self) -> int:
        """Return the time."""

    async def series(self, reference: str, grain: Grain, from_s: int, to_s: int, /) -> Series:
        """Return what a plug used between two moments."""

    async def series_by(
        self,
        by: By,
        grain: Grain,
        from_s: int,
        to_s: int,
        /,
        *,
        references: list[str] | None = None,
        room: str | None = None,
    ) -> list[NamedSeries]:
        """Return what the home, its rooms or its plugs used between two moments."""

    async def peaks(
        self, day: date, /, *, references: list[str] | None = None
    ) -> list[tuple[PlugRecord, Peak]]:
        """Return the highest power of each plug on a day."""

    async def samples(self, reference: str, from_s: float, to_s: float, /, *, limit: int) -> SampleSeries:
        """Return what its meter showed."""

    async def counter_wh(self, reference: str, /) -> float:
        """Return what it has used since it came."""

    async def counters_j(self) -> dict[Uuid, int]:
        """Return the same of all plugs, in joules."""

    async def corrections(
        self, reference: str, /, *, limit: int, before: int | None
    ) -> tuple[list[CorrectionRow], int | None]:
        """Return what was corrected, newest first, and where the next page begins."""

    async def totals(
        self, by: By, grain: Grain, first: date, last: date, /, *, references: list[str] | None
    ) -> list[Total]:
        """Sum up what was used on these days, both included."""

    async def compare(self, period: Grain, /) -> list[Comparison]:
        """Compare this period with the one before."""

    def table(
        self, grain: Grain, first: date, last: date, /, *, references: list[str] | None
    ) -> AsyncIterator[list[tuple[str, str, str, str, float, float]]]:
        """Yield rows of plug, uuid, room, start, energy in Wh, covered seconds, some at a time."""


class LightsDoor(Protocol):
    """What one may ask of the lights of plugs."""

    async def is_on(self, reference: str, /) -> bool:
        """Ask whether the light shows what the plug does."""

    async def set(self, reference: str, /, *, on: bool) -> bool:
        """Let the light show what the plug does, or keep it dark."""


class FirmwareDoor(Protocol):
    """What the API needs for upgrades. Errors are `ownplug.core.errors`."""

    def view(self, reference: str, /) -> FirmwareView:
        """Return which firmware a plug has, and how far its upgrade is."""

    async def begin(self, reference: str, offer: FirmwareOffer, /) -> FirmwareView:
        """Check an image, and begin to replace a plug's firmware by it."""

    def give_up(self, reference: str, /) -> None:
        """Give an upgrade up that was not offered to the plug yet, or forget one that is over."""


class ObservingDoor(Protocol):
    """What one may see of a running hub. Errors are `ownplug.core.errors`."""

    def figures(self) -> Figures:
        """Return what can be counted and measured now."""

    async def obstacle(self) -> Obstacle | None:
        """Return what keeps the hub from its work; None if nothing does."""

    async def availability(
        self, reference: str, /, *, limit: int, before: int | None = None
    ) -> tuple[list[AvailabilitySpan], int | None]:
        """Return when a plug was there, newest first, and the `before` of the next page."""

    def messages(self, reference: str, /, *, limit: int) -> list[MessageView]:
        """Return the last messages of a plug, newest first, masked."""

    async def diagnostics(self) -> dict[str, Any]:
        """Return a report that its owner may publish."""


class TariffsDoor(Protocol):
    """What one may ask of what energy costs. Errors are `ownplug.core.errors`."""

    @property
    def currency(self) -> str | None:
        """The currency of all prices."""

    @property
    def extent(self) -> PriceExtent | None:
        """Which prices by the hour there are."""

    def all(self) -> tuple[Tariff, ...]:
        """Return the tariffs, in order of their beginning."""

    def prices(self, from_s: int, to_s: int, /) -> dict[int, float | None]:
        """Return what a kWh costs in each hour between two moments of Unix time; may be called from any thread."""

    async def set(self, tariff: Tariff, /, *, currency: str | None = None) -> None:
        """Let a tariff hold from its day on."""

    async def remove(self, begins: date, /) -> None:
        """Remove the tariff that begins on a day."""

    async def import_prices(
        self, text: str, /, *, currency: str | None = None, begins: date | None = None
    ) -> PriceExtent:
        """Take prices over from a CSV table, all or none."""


class HubDoor(Protocol):
    """What one may ask of a hub; a plug is named as a person names it. Errors are `ownplug.core.errors`."""

    @property
    def timers(self) -> RulesDoor[Timer, TimerView]:
        """What plugs do by themselves, and when."""

    @property
    def auto_offs(self) -> RulesDoor[AutoOff, AutoOff]:
        """After what time plugs turn themselves off."""

    @property
    def lights(self) -> LightsDoor:
        """Whether the lights of plugs show what they do."""

    @property
    def firmware(self) -> FirmwareDoor:
        """Which firmware the plugs have, and their upgrades."""

    @property
    def energy(self) -> EnergyDoor:
        """What the plugs have used."""

    def watching(self, *references: str) -> AbstractContextManager[None]:
        """Have plugs read each second while the context lasts."""

    @property
    def observing(self) -> ObservingDoor:
        """What it tells of itself."""

    @property
    def tariffs(self) -> TariffsDoor:
        """What energy costs."""

    def home(self) -> HomeView:
        """Return who the home is and where it listens."""

    async def change_key(self, key: Secret, /) -> None:
        """Give the home another key."""

    def plugs(
        self, *, limit: int | None = None, after: str | None = None
    ) -> tuple[list[PlugView], str | None]:
        """Return plugs of the home in the order in which they came, and the `after` of the next page."""

    def plug(self, reference: str, /) -> PlugView:
        """Return one plug."""

    def acting_for(self, who: str, /) -> HubDoor:
        """Return the same door for somebody, whose name is told where something is refused."""

    async def change(self, reference: str, wanted: PlugChange, /, *, expected: str | None = None) -> PlugView:
        """Change what the owner says of a plug."""

    async def allow_again(self, reference: str, /) -> PlugView:
        """Let a plug be switched on again that its limit had switched off."""

    async def expect(self, reference: str, key: Secret, /) -> None:
        """Know a plug by a key of its own from now on."""

    async def forget(self, reference: str, /) -> None:
        """Remove a plug from the home."""

    async def switch(
        self, reference: str, /, *, on: bool, channel: int = 0, expires_at: datetime | None = None
    ) -> RelayState:
        """Switch a relay."""

    async def toggle(
        self, reference: str, /, *, channel: int = 0, expires_at: datetime | None = None
    ) -> RelayState:
        """Switch a relay to its other side."""

    async def read_power(self, reference: str, /, *, channel: int = 0) -> Reading:
        """Ask the plug for its power now."""

    async def energy_days(self, reference: str, /) -> list[EnergyDay]:
        """Ask the plug for the energy of its last days."""

    async def request(
        self, reference: str, /, *, method: str, namespace: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Send any request to a plug and return what it replied."""

    async def add_user(
        self,
        name: str,
        password: Secret,
        /,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None = None,
        app_plugs: Sequence[str] | None = None,
    ) -> None:
        """Add or change a user."""

    async def change_user(
        self,
        name: str,
        /,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None,
        app_plugs: Sequence[str] | None,
    ) -> UserView:
        """Give a user other rights."""

    def users(self) -> list[UserView]:
        """Return all users."""

    async def remove_user(self, name: str, /) -> None:
        """Remove a user."""

    def refusals(self) -> list[Refusal]:
        """Return who could not come in lately."""

    def events(self) -> AbstractContextManager[Subscription[Event]]:
        """Listen to what happens from now on."""


class TokenDoor(Protocol):
    """The tokens of programs. Errors are `ownplug.core.errors`."""

    def all(self) -> list[TokenRecord]:
        """Return every token, the oldest first."""

    async def revoke(self, reference: str, /) -> TokenRecord:
        """Take a token back, by its name or id."""


class LoginDoor(Protocol):
    """Who may use the API. Errors are `ownplug.core.errors`."""

    @property
    def tokens(self) -> TokenDoor:
        """The tokens of programs."""

    def holder(self, token: Secret, /) -> Caller | None:
        """Return whose token this is."""

    def signed_in(self, cookie: Secret, /) -> Caller | None:
        """Return who signed in with this cookie."""

    async def sign_in(self, name: str, password: Secret, /, *, address: str) -> SignIn:
        """Let a person in."""

    async def sign_out(self, cookie: Secret, /) -> None:
        """End what began with `sign_in`."""

    async def set_up(self, code: Secret, name: str, password: Secret, /) -> SignIn:
        """Make the first administrator, and let that person in."""

    async def change_password(self, name: str, old: Secret, new: Secret, /, *, address: str) -> SignIn:
        """Give a person another password."""

    async def create_token(self, name: str, scope: Scope, /) -> tuple[TokenRecord, Secret]:
        """Make a token for a program."""
