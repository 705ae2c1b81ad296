"""The distribution's own archives, and what is missing of them."""

from __future__ import annotations

from roles.nvidia_driver.apt_sources import OWN, Archive, Sources, archives

APT = """\
##PYINFRA_FILE /etc/apt/sources.list
deb http://deb/debian/ trixie-updates main  # with a comment
deb-src http://deb/debian/ trixie-updates contrib
deb http://deb/debian/ trixie-updates main
deb http://deb/debian/ trixie-backports main
deb http://deb/security/ trixie-security main contrib non-free non-free-firmware
deb http://deb/extra/ trixie contrib
deb [arch=amd64] http://browser/linux/deb/ stable main
deb http://vendor/debian/12/prod trixie main
deb cdrom:[Debian_13]/ trixie main

##PYINFRA_FILE /etc/apt/sources.list.d/debian.sources
Types: deb deb-src
URIs: http://deb/debian/
Suites: trixie
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Enabled: no
Types: deb
URIs: http://deb/off/
Suites: trixie
Components: main

##PYINFRA_FILE /etc/apt/sources.list.d/other.list
deb [signed-by=/etc/apt/keyrings/other.asc] http://other/apt/ other main
"""
KEYRING = (("signed-by", "/usr/share/keyrings/debian.gpg"),)
TRIXIE = Archive("http://deb/debian/", "trixie", ("non-free", "non-free-firmware"), KEYRING)
UPDATES = Archive(
    "http://deb/debian/", "trixie-updates", ("contrib", "non-free", "non-free-firmware"), ()
)
SECURITY = Archive("http://deb/security/", "trixie-security", (), ())


def test_the_distributions_archives_and_what_is_missing_of_them() -> None:
    assert archives(Sources().process(APT.splitlines()), "trixie", "debian") == [
        TRIXIE,
        UPDATES,
        SECURITY,
    ]


def test_no_archives_of_another_release() -> None:
    assert archives(Sources().process(APT.splitlines()), "bookworm", "debian") == []


def test_a_box_that_follows_stable_goes_on_doing_so() -> None:
    sources = Sources().process(
        ["##PYINFRA_FILE /etc/apt/sources.list", "deb http://deb/debian stable main contrib"]
    )
    missing = ("non-free", "non-free-firmware")
    assert archives(sources, "trixie", "debian") == [
        Archive("http://deb/debian", "stable", missing, ())
    ]


UBUNTU = """\
##PYINFRA_FILE /etc/apt/sources.list.d/ubuntu.sources
Types: deb
URIs: http://mirror.example/ubuntu/
Suites: noble noble-updates noble-backports
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

Types: deb
URIs: http://mirror/pub/mirror/
Suites: noble noble-security
Components: main restricted universe multiverse

##PYINFRA_FILE /etc/apt/sources.list.d/ppa.list
deb http://ppa.launchpadcontent.net/x/y/ubuntu noble main
deb http://vendor/linux noble main
"""


def test_ubuntus_archives_have_components_of_their_own() -> None:
    found = archives(Sources().process(UBUNTU.splitlines()), "noble", "ubuntu")
    key = (("signed-by", "/usr/share/keyrings/ubuntu-archive-keyring.gpg"),)
    theirs = [a for a in found if "ppa" not in a.uri]
    assert theirs == [
        Archive("http://mirror.example/ubuntu/", "noble", ("restricted", "multiverse"), key),
        Archive(
            "http://mirror.example/ubuntu/",
            "noble-updates",
            ("restricted", "multiverse"),
            key,
        ),
        Archive("http://mirror/pub/mirror/", "noble", (), ()),
        Archive("http://mirror/pub/mirror/", "noble-security", (), ()),
    ]


def test_a_ppa_is_no_mirror_of_ubuntu() -> None:
    found = archives(Sources().process(UBUNTU.splitlines()), "noble", "ubuntu")
    assert [a.uri for a in found if "ppa" in a.uri] == []


def test_what_dlbox_added_is_not_read_back() -> None:
    assert f'[ "$f" != {OWN} ]' in Sources().command()
