from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from ownplug.core.errors import Malformed, UsageError
from ownplug.testing import FakeClock
from ownplug.transport.certificates import check_certificates, ensure_certificates

HOSTS = ["192.168.1.10", "hub.home", "localhost", "127.0.0.1", "::1"]


def certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def common_name(file: Path) -> str | bytes:
    return certificate(file).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def contents(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_server_certificate_for_all_hosts_is_issued_by_an_own_ca(tmp_path: Path) -> None:
    files = await ensure_certificates(tmp_path / "tls", HOSTS, FakeClock())

    server, ca = x509.load_pem_x509_certificates(files.server.read_bytes())
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    key = server.public_key()
    assert files.reissued
    assert ca == certificate(files.ca)
    server.verify_directly_issued_by(ca)
    assert isinstance(key, RSAPublicKey)
    assert key.key_size == 2048
    assert names.get_values_for_type(x509.DNSName) == ["hub.home", "localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ip_address(text) for text in ("192.168.1.10", "127.0.0.1", "::1")
    ]


async def test_the_common_name_is_the_advertised_host_and_the_ca_is_called_otherwise(tmp_path: Path) -> None:
    files = await ensure_certificates(tmp_path, HOSTS, FakeClock())

    assert common_name(files.server) == "192.168.1.10"
    assert str(common_name(files.ca)).startswith("ownplug CA ")


async def test_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "tls"
    files = await ensure_certificates(directory, HOSTS, FakeClock())

    assert mode(directory) == 0o700
    assert mode(files.server_key) == mode(directory / "ca.key") == 0o600
    assert mode(files.ca) == 0o644
    assert {file.name for file in directory.iterdir()} == {"ca.pem", "ca.key", "server.pem", "server.key"}


async def test_what_is_good_is_kept(tmp_path: Path) -> None:
    files = await ensure_certificates(tmp_path, HOSTS, FakeClock())
    before = contents(tmp_path)

    again = await ensure_certificates(tmp_path, [HOSTS[0], "localhost"], FakeClock())

    assert not again.reissued
    assert again.server == files.server
    assert contents(tmp_path) == before


@pytest.mark.parametrize("hosts", [[*HOSTS, "192.168.1.77"], ["10.0.0.5", *HOSTS], ["hub.home", *HOSTS]])
async def test_a_new_host_gets_a_new_server_certificate_from_the_same_ca(
    hosts: list[str], tmp_path: Path
) -> None:
    files = await ensure_certificates(tmp_path, HOSTS, FakeClock())
    ca = files.ca.read_bytes()

    again = await ensure_certificates(tmp_path, hosts, FakeClock())

    assert again.reissued
    assert common_name(again.server) == hosts[0]
    assert again.ca.read_bytes() == ca
    certificate(again.server).verify_directly_issued_by(certificate(again.ca))


async def test_it_is_renewed_in_its_last_thirty_days_and_not_before(tmp_path: Path) -> None:
    clock = FakeClock()
    files = await ensure_certificates(tmp_path, HOSTS, clock)
    end = certificate(files.server).not_valid_after_utc

    clock.set_now(end - timedelta(days=31))
    assert not (await ensure_certificates(tmp_path, HOSTS, clock)).reissued
    clock.set_now(end - timedelta(days=29))
    assert (await ensure_certificates(tmp_path, HOSTS, clock)).reissued
    assert certificate(files.server).not_valid_after_utc > end


async def test_the_ca_outlives_the_plugs_even_when_the_clock_was_never_set(tmp_path: Path) -> None:
    files = await ensure_certificates(tmp_path, HOSTS, FakeClock(datetime(1970, 1, 1, 0, 5, tzinfo=UTC)))

    ca = certificate(files.ca)
    assert ca.not_valid_before_utc < datetime(1970, 1, 1, tzinfo=UTC)
    assert ca.not_valid_after_utc > datetime(2050, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("damaged", ["server.pem", "server.key"])
@pytest.mark.parametrize("content", [None, b"", b"not a PEM file"])
async def test_a_damaged_server_file_is_made_again(
    damaged: str, content: bytes | None, tmp_path: Path
) -> None:
    await ensure_certificates(tmp_path, HOSTS, FakeClock())
    if content is None:
        (tmp_path / damaged).unlink()
    else:
        (tmp_path / damaged).write_bytes(content)

    assert (await ensure_certificates(tmp_path, HOSTS, FakeClock())).reissued


@pytest.mark.parametrize("damaged", ["ca.pem", "ca.key"])
async def test_a_damaged_ca_is_never_replaced_silently(damaged: str, tmp_path: Path) -> None:
    await ensure_certificates(tmp_path, HOSTS, FakeClock())
    (tmp_path / damaged).write_bytes(b"scratched")

    with pytest.raises(UsageError, match="is damaged") as caught:
        await ensure_certificates(tmp_path, HOSTS, FakeClock())
    assert "backup" in caught.value.hint


async def test_certificates_under_another_ca_are_not_trusted(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    await ensure_certificates(ours, HOSTS, FakeClock())
    await ensure_certificates(theirs, HOSTS, FakeClock())
    for name in ("server.pem", "server.key"):
        (ours / name).write_bytes((theirs / name).read_bytes())

    assert (await ensure_certificates(ours, HOSTS, FakeClock())).reissued


@pytest.mark.parametrize("hosts", [[], ["two..dots"], ["x" * 64 + ".home"], [""]])
async def test_hosts_that_fit_no_certificate_are_refused(hosts: list[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        await ensure_certificates(tmp_path / "tls", hosts, FakeClock())
    assert not (tmp_path / "tls").exists()


async def test_a_directory_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("not a directory")

    with pytest.raises(UsageError, match="cannot be read or written"):
        await ensure_certificates(tmp_path / "tls", HOSTS, FakeClock())


async def test_what_is_issued_passes_the_check(tmp_path: Path) -> None:
    await ensure_certificates(tmp_path, HOSTS, FakeClock())
    check_certificates(tmp_path)


@pytest.mark.parametrize("name", ["ca.pem", "ca.key", "server.pem", "server.key"])
async def test_a_file_of_another_home_or_none_does_not_pass(name: str, tmp_path: Path) -> None:
    for home in ("one", "two"):
        await ensure_certificates(tmp_path / home, HOSTS, FakeClock())
    file = tmp_path / "one" / name
    for content in ((tmp_path / "two" / name).read_bytes(), b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n"):
        file.write_bytes(content)
        with pytest.raises(Malformed, match="certificate"):
            check_certificates(tmp_path / "one")
    file.unlink()
    with pytest.raises(Malformed, match="damaged"):
        check_certificates(tmp_path / "one")
