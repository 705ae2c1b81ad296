"""What a distribution's apt offers, held against the systems of the catalogue."""

from dlbox.upstream.distro import Candidate, format_driver, parse_madison

MADISON = """\
nvidia-driver | 535.309.01-0+deb12u1 | http://mirror/debian bookworm-security/non-free amd64 Packages
nvidia-driver | 560.1-1 | http://mirror/debian bookworm/non-free amd64 Packages
nvidia-driver | 615.1-1 | file:/srv ./ Packages
"""


def test_apts_candidates_are_held_against_the_systems() -> None:
    seen = parse_madison(MADISON)
    assert seen[0] == Candidate("nvidia-driver", "535.309.01-0+deb12u1", "bookworm-security")
    drivers = [{"version": "535.309.01"}]
    systems = {"debian-12": {"codename": "bookworm", "drivers": drivers, "toolkits": []}}
    assert list(format_driver(seen, systems)) == [
        "nvidia-driver 535.309.01-0+deb12u1 in bookworm-security: as debian-12 in systems.yaml",
        "nvidia-driver 560.1-1 in bookworm: DIFFERS, debian-12 in systems.yaml has 535.309.01",
        "nvidia-cuda-toolkit: apt knows none; its sources may lack the component non-free",
    ]
