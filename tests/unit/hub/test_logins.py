"""Who may use the API, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import (
    Conflict,
    Forbidden,
    NotKept,
    OwnplugError,
    TooManyAttempts,
    UsageError,
    WrongLogin,
)
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.hub import Accounts, Caller, Logins, PasswordCheck, Penalties
from ownplug.hub.logins import SETUP_MINUTES, SIGN_IN_DAYS
from ownplug.testing import FakeClock

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryLogins, MemoryStore

PASSWORD, OTHER = Secret("correct horse"), Secret("battery staple")
MACHINE = Secret("token-of-this-machine")
HERE = "192.168.1.7"


class House:
    """The logins of a home, and what they are made of."""

    def __init__(self, store: MemoryStore, login_store: MemoryLogins) -> None:
        self.store, self.login_store = store, login_store
        self.clock = FakeClock()
        self.accounts = Accounts(store)

    async def start(self) -> Logins:
        """Start, as after a restart."""
        self.accounts = Accounts(self.store)
        await self.accounts.load()
        passwords = PasswordCheck(self.accounts, Penalties(self.clock.monotonic, attempts=2))
        logins = Logins(self.accounts, passwords, self.login_store, self.clock, MACHINE)
        await logins.load()
        return logins


@pytest.fixture
def house(store: MemoryStore, login_store: MemoryLogins) -> House:
    return House(store, login_store)


@pytest.fixture
async def logins(house: House) -> Logins:
    """The logins of a home with ann, who rules, bea, who switches, and a program of MQTT."""
    logins = await house.start()
    await house.accounts.add("ann", PASSWORD, read=[], write=[], scope=Scope.ADMIN)
    await house.accounts.add("bea", PASSWORD, read=[], write=[], scope=Scope.SWITCH)
    await house.accounts.add("logger", PASSWORD, read=["#"], write=[])
    return logins


async def test_this_machines_user_may_do_everything(logins: Logins) -> None:
    caller = logins.holder(MACHINE)
    assert caller is not None
    assert (caller.scope, caller.is_person) == (Scope.ADMIN, False)


def test_a_machine_without_a_token_would_let_everybody_in(house: House) -> None:
    with pytest.raises(UsageError, match="empty"):
        Logins(house.accounts, None, house.login_store, house.clock, Secret(""))  # type: ignore[arg-type]


async def test_a_programs_token_is_its_login(logins: Logins) -> None:
    _, token = await logins.create_token("grafana", Scope.READ)
    assert logins.holder(token) == Caller(name="grafana", scope=Scope.READ)
    assert logins.signed_in(token) is None
    assert logins.holder(Secret("")) is None


async def test_a_person_signs_in_and_is_known_by_the_cookie(logins: Logins) -> None:
    begun = await logins.sign_in("bea", PASSWORD, address=HERE)
    assert begun.caller == Caller(name="bea", scope=Scope.SWITCH, is_person=True)
    assert logins.signed_in(begun.cookie) == begun.caller
    assert logins.signed_in(Secret(begun.cookie.reveal()[:-1])) is None
    assert logins.holder(begun.cookie) is None


@pytest.mark.parametrize(
    ("name", "password"), [("ann", OTHER), ("nobody", PASSWORD), ("ann", Secret("\ud800" * 9))]
)
async def test_a_wrong_login_does_not_say_which_half(logins: Logins, name: str, password: Secret) -> None:
    with pytest.raises(WrongLogin, match=r"^Name or password is wrong\.$"):
        await logins.sign_in(name, password, address=HERE)


async def test_a_user_of_the_mqtt_server_does_not_come_in(logins: Logins) -> None:
    with pytest.raises(Forbidden, match="MQTT"):
        await logins.sign_in("logger", PASSWORD, address=HERE)


async def test_who_is_wrong_too_often_waits(logins: Logins, house: House) -> None:
    for _ in range(3):
        with pytest.raises(WrongLogin):
            await logins.sign_in("ann", OTHER, address=HERE)
    with pytest.raises(TooManyAttempts):
        await logins.sign_in("ann", PASSWORD, address=HERE)
    await house.clock.advance(5)
    await logins.sign_in("ann", PASSWORD, address=HERE)


async def test_who_signs_out_is_out(logins: Logins) -> None:
    here, there = [await logins.sign_in("ann", PASSWORD, address=HERE) for _ in range(2)]
    await logins.sign_out(here.cookie)
    await logins.sign_out(here.cookie)
    assert logins.signed_in(here.cookie) is None
    assert logins.signed_in(there.cookie) is not None


async def test_a_sign_in_survives_a_restart_and_ends_in_time(logins: Logins, house: House) -> None:
    cookie = (await logins.sign_in("ann", PASSWORD, address=HERE)).cookie
    after = await house.start()
    assert after.signed_in(cookie) is not None
    await house.clock.advance(SIGN_IN_DAYS * 86_400 - 1)
    assert after.signed_in(cookie) is not None
    await house.clock.advance(1)
    assert after.signed_in(cookie) is None
    await house.start()
    assert house.login_store.sign_in_records == {}


async def test_another_password_signs_out_everywhere_but_here(logins: Logins) -> None:
    here, there = [await logins.sign_in("ann", PASSWORD, address=HERE) for _ in range(2)]
    with pytest.raises(WrongLogin):
        await logins.change_password("ann", OTHER, PASSWORD, address=HERE)
    begun = await logins.change_password("ann", PASSWORD, OTHER, address=HERE)
    assert [logins.signed_in(each.cookie) for each in (here, there)] == [None, None]
    assert logins.signed_in(begun.cookie) == Caller(name="ann", scope=Scope.ADMIN, is_person=True)
    await logins.sign_in("ann", OTHER, address=HERE)


async def test_other_rights_hold_at_once_and_a_removed_user_is_out(logins: Logins, house: House) -> None:
    ann = (await logins.sign_in("ann", PASSWORD, address=HERE)).cookie
    await house.accounts.remove("ann")
    assert logins.signed_in(ann) is None
    await house.accounts.add("ann", PASSWORD, read=[], write=[], scope=Scope.READ)
    assert logins.signed_in(ann) is None  # another person of that name


async def test_a_user_has_a_bounded_number_of_browsers(logins: Logins, house: House) -> None:
    first, *_, last = [await logins.sign_in("ann", PASSWORD, address=HERE) for _ in range(21)]
    assert logins.signed_in(first.cookie) is None
    assert logins.signed_in(last.cookie) is not None
    assert len(house.login_store.sign_in_records) == 20


async def test_the_first_administrator_comes_by_the_link(house: House) -> None:
    logins = await house.start()
    code = logins.setup_code
    assert code is not None
    begun = await logins.set_up(code, "ann", PASSWORD)
    assert begun.caller == Caller(name="ann", scope=Scope.ADMIN, is_person=True)
    assert logins.setup_code is None
    with pytest.raises(Conflict, match="set up"):
        await logins.set_up(code, "eve", PASSWORD)
    assert (await house.start()).setup_code is None


async def test_a_wrong_code_or_one_that_is_too_old_is_worth_nothing(house: House) -> None:
    logins = await house.start()
    code = logins.setup_code
    assert code is not None
    with pytest.raises(Forbidden):
        await logins.set_up(Secret("guess"), "eve", PASSWORD)
    await house.clock.advance(SETUP_MINUTES * 60)
    with pytest.raises(Forbidden, match="too old"):
        await logins.set_up(code, "ann", PASSWORD)
    assert house.store.user_records == {}


async def test_after_some_guesses_the_code_is_void(house: House) -> None:
    logins = await house.start()
    code = logins.setup_code
    assert code is not None
    for _ in range(10):
        with pytest.raises(Forbidden):
            await logins.set_up(Secret("guess"), "eve", PASSWORD)
    with pytest.raises(Forbidden):
        await logins.set_up(code, "ann", PASSWORD)


async def test_a_mistake_while_setting_up_does_not_cost_the_link(house: House) -> None:
    logins = await house.start()
    code = logins.setup_code
    assert code is not None
    with pytest.raises(UsageError):
        await logins.set_up(code, "ann", Secret("short"))
    await house.accounts.add("logger", PASSWORD, read=["#"], write=[])
    with pytest.raises(Conflict):
        await logins.set_up(code, "logger", PASSWORD)
    await logins.set_up(code, "ann", PASSWORD)


async def test_nobody_is_in_whom_the_disk_does_not_know(logins: Logins, house: House) -> None:
    house.login_store.broken = OwnplugError("the disk is full")
    with pytest.raises(OwnplugError, match="full"):
        await logins.sign_in("ann", PASSWORD, address=HERE)
    assert house.login_store.sign_in_records == {}


async def test_a_password_that_was_changed_on_a_disk_that_is_full_then_is_said_to_be_changed(
    logins: Logins, house: House
) -> None:
    house.login_store.broken = NotKept("the disk is full")
    with pytest.raises(OwnplugError, match="Your password is changed") as caught:
        await logins.change_password("ann", PASSWORD, OTHER, address=HERE)
    assert not isinstance(caught.value, NotKept)  # that would say that nothing was changed
    house.login_store.broken = None
    await logins.sign_in("ann", OTHER, address=HERE)


async def test_an_account_that_was_made_on_a_disk_that_is_full_then_is_said_to_be_made(house: House) -> None:
    logins = await house.start()
    code = logins.setup_code
    assert code is not None
    house.login_store.broken = NotKept("the disk is full")
    with pytest.raises(OwnplugError, match="Your account is made") as caught:
        await logins.set_up(code, "ann", PASSWORD)
    assert not isinstance(caught.value, NotKept)
    house.login_store.broken = None
    await logins.sign_in("ann", PASSWORD, address=HERE)


@pytest.mark.parametrize(
    ("held", "wanted", "may"),
    [
        (Scope.READ, Scope.READ, True),
        (Scope.READ, Scope.SWITCH, False),
        (Scope.SWITCH, Scope.READ, True),
        (Scope.SWITCH, Scope.ADMIN, False),
        (Scope.ADMIN, Scope.SWITCH, True),
    ],
)
def test_a_scope_covers_those_before_it(held: Scope, wanted: Scope, may: bool) -> None:
    assert held.covers(wanted) is may
