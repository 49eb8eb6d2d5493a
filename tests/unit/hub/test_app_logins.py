"""Programs of the vendor's cloud: whom they may sign in as, what they see then, and for how long."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import Forbidden, NotKept, TooManyAttempts, WrongLogin
from ownplug.core.identity import Uuid
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.hub import Accounts, AppAccount, AppLogins, Logins, PasswordCheck, Penalties
from ownplug.hub.app_logins import APP_DAYS
from ownplug.testing import FakeClock

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryLogins, MemoryStore

PASSWORD, OTHER = Secret("correct horse"), Secret("battery staple")
HERE = "192.168.1.7"
LAMP, KETTLE = Uuid("1811081234567825182734298f1a2b3d"), Uuid("1811081234567825182734298f1a2b3c")


class House:
    """A home's two doors for people's passwords: the page's and the programs'."""

    def __init__(self, store: MemoryStore, login_store: MemoryLogins) -> None:
        self.store, self.login_store = store, login_store
        self.clock = FakeClock()
        self.takes_apps = True

    async def start(self) -> AppLogins:
        """Start, as after a restart."""
        self.accounts = Accounts(self.store)
        await self.accounts.load()
        passwords = PasswordCheck(self.accounts, Penalties(self.clock.monotonic, attempts=2))
        self.page = Logins(self.accounts, passwords, self.login_store, self.clock, Secret("of this machine"))
        apps = AppLogins(self.accounts, passwords, self.login_store, self.clock, lambda: self.takes_apps)
        await self.page.load()
        await apps.load()
        return apps


@pytest.fixture
def house(store: MemoryStore, login_store: MemoryLogins) -> House:
    return House(store, login_store)


@pytest.fixture
async def apps(house: House) -> AppLogins:
    """A home with ann, who rules, bea, who switches the lamp, cleo, who reads, and a program of MQTT."""
    apps = await house.start()
    await house.accounts.add("ann", PASSWORD, read=[], write=[], scope=Scope.ADMIN)
    await house.accounts.add("bea", PASSWORD, read=[], write=[], scope=Scope.SWITCH, app_plugs=[LAMP])
    await house.accounts.add("cleo", PASSWORD, read=[], write=[], scope=Scope.READ)
    await house.accounts.add("logger", PASSWORD, read=["#"], write=["#"])
    return apps


def md5(password: Secret) -> Secret:
    return Secret(hashlib.md5(password.reveal().encode()).hexdigest())


async def sign_in(apps: AppLogins, name: str, password: Secret = PASSWORD) -> Secret:
    _, token = await apps.sign_in(name, md5(password), is_digest=True, address=HERE)
    return token


async def test_the_password_or_its_md5_lets_a_program_in(apps: AppLogins) -> None:
    for password, is_digest in ((PASSWORD, False), (md5(PASSWORD), True)):
        account, token = await apps.sign_in("ann", password, is_digest=is_digest, address=HERE)
        assert account == AppAccount(name="ann", plugs=None)
        assert apps.holder(token) == account
    for password, is_digest in ((md5(PASSWORD), False), (PASSWORD, True), (md5(OTHER), True)):
        with pytest.raises(WrongLogin, match=r"^Name or password is wrong\.$"):
            await apps.sign_in("bea", password, is_digest=is_digest, address=f"{is_digest}")


@pytest.mark.parametrize("password", ["\ud800" * 9, "", "ä" * 2000], ids=["no text", "none", "long"])
@pytest.mark.parametrize("is_digest", [False, True])
async def test_any_password_is_judged(apps: AppLogins, password: str, is_digest: bool) -> None:
    with pytest.raises(WrongLogin):
        await apps.sign_in("ann", Secret(password), is_digest=is_digest, address=HERE)


async def test_a_program_sees_what_its_user_was_given_now(apps: AppLogins, house: House) -> None:
    ann, bea = await sign_in(apps, "ann"), await sign_in(apps, "bea")
    assert [apps.holder(token).sees(LAMP) for token in (ann, bea)] == [True, True]  # type: ignore[union-attr]
    assert [apps.holder(token).sees(KETTLE) for token in (ann, bea)] == [True, False]  # type: ignore[union-attr]
    await house.accounts.change_rights("bea", read=[], write=[], scope=Scope.SWITCH, app_plugs=[])
    assert apps.holder(bea) == AppAccount(name="bea", plugs=frozenset())


@pytest.mark.parametrize("name", ["cleo", "logger"])
async def test_who_may_not_switch_is_sent_away_but_only_with_the_right_password(
    apps: AppLogins, house: House, name: str
) -> None:
    with pytest.raises(Forbidden, match="may not switch") as caught:
        await sign_in(apps, name)
    assert "--scope switch" in caught.value.hint
    with pytest.raises(WrongLogin):
        await sign_in(apps, name, OTHER)
    assert house.login_store.sign_in_records == {}


async def test_a_home_that_takes_no_programs_sends_everybody_away(apps: AppLogins, house: House) -> None:
    token = await sign_in(apps, "ann")
    house.takes_apps = False
    assert apps.holder(token) is None
    with pytest.raises(Forbidden, match="takes no programs") as caught:
        await sign_in(apps, "ann")
    assert "app_logins" in caught.value.hint


async def test_less_than_switching_ends_what_was_handed_out(apps: AppLogins, house: House) -> None:
    token = await sign_in(apps, "ann")
    await house.accounts.change_rights("ann", read=[], write=[], scope=Scope.READ, app_plugs=None)
    assert apps.holder(token) is None


async def test_another_password_ends_every_token_and_a_removed_user_has_none(
    apps: AppLogins, house: House
) -> None:
    tokens = [await sign_in(apps, "ann") for _ in range(2)]
    await house.accounts.change_password("ann", OTHER)
    assert [apps.holder(token) for token in tokens] == [None, None]
    token = await sign_in(apps, "ann", OTHER)
    await house.accounts.remove("ann")
    assert apps.holder(token) is None


async def test_a_token_survives_a_restart_and_ends_in_time(apps: AppLogins, house: House) -> None:
    token = await sign_in(apps, "bea")
    again = await house.start()
    assert again.holder(token) == AppAccount(name="bea", plugs=frozenset({LAMP}))
    await house.clock.advance(APP_DAYS * 86_400 - 1)
    assert again.holder(token) is not None
    await house.clock.advance(1)
    assert again.holder(token) is None
    await house.start()
    assert house.login_store.sign_in_records == {}


async def test_only_its_digest_is_kept(apps: AppLogins, house: House) -> None:
    token = await sign_in(apps, "ann")
    assert token.reveal() not in repr(house.login_store.sign_in_records)
    assert token.reveal().isalnum()  # programs put it after `Basic` as it is
    for other in (token.reveal()[:-1], token.reveal().upper(), ""):
        assert apps.holder(Secret(other)) is None


async def test_a_token_opens_no_other_door(apps: AppLogins, house: House) -> None:
    token = await sign_in(apps, "ann")
    begun = await house.page.sign_in("ann", PASSWORD, address=HERE)
    _, of_a_program = await house.page.create_token("grafana", Scope.ADMIN)
    again = await house.start()
    assert (house.page.signed_in(token), house.page.holder(token)) == (None, None)
    for other in (begun.cookie, of_a_program, Secret("of this machine")):
        assert again.holder(other) is None
    assert house.page.signed_in(begun.cookie) is not None  # neither door forgets what the other handed out
    assert again.holder(token) is not None


async def test_signing_out_ends_one_and_a_second_time_is_no_error(apps: AppLogins, house: House) -> None:
    token, other = await sign_in(apps, "ann"), await sign_in(apps, "ann")
    begun = await house.page.sign_in("ann", PASSWORD, address=HERE)
    for _ in range(2):
        await apps.sign_out(token)
    await apps.sign_out(begun.cookie)
    assert apps.holder(token) is None
    assert apps.holder(other) is not None
    assert house.page.signed_in(begun.cookie) is not None


async def test_a_user_has_a_bounded_number_of_programs_and_browsers_do_not_count(
    apps: AppLogins, house: House
) -> None:
    begun = await house.page.sign_in("ann", PASSWORD, address=HERE)
    first, second, *_, last = [await sign_in(apps, "ann") for _ in range(21)]
    assert apps.holder(first) is None
    assert None not in (apps.holder(second), apps.holder(last), house.page.signed_in(begun.cookie))
    assert len(house.login_store.sign_in_records) == 21


async def test_guessing_here_counts_at_the_other_door(apps: AppLogins, house: House) -> None:
    for _ in range(3):
        with pytest.raises(WrongLogin):
            await sign_in(apps, "ann", OTHER)
    with pytest.raises(TooManyAttempts):
        await sign_in(apps, "ann")
    with pytest.raises(TooManyAttempts):
        await house.page.sign_in("ann", PASSWORD, address=HERE)
    await house.clock.advance(2)
    await sign_in(apps, "ann")


async def test_nobody_is_in_whom_the_disk_does_not_know(apps: AppLogins, house: House) -> None:
    token = await sign_in(apps, "ann")
    house.login_store.broken = NotKept("the disk is full")
    with pytest.raises(NotKept):
        await sign_in(apps, "ann")
    with pytest.raises(NotKept):
        await apps.sign_out(token)
    assert apps.holder(token) is not None  # it would be back after a restart
