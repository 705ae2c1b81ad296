"""The words in which apt is asked."""

from __future__ import annotations

import shlex

from dlbox.host.apt import apt_transaction


def test_a_transaction_is_simulated_downloaded_and_carried_out_in_the_same_words() -> None:
    options = "--no-install-recommends --allow-change-held-packages --allow-downgrades --purge"
    wanted = {"libcuda1": "550.163.01-2", "nvidia-smi": "550.*", "nvidia-modprobe": ""}
    names = "libcuda1=550.163.01-2 'nvidia-smi=550.*' nvidia-modprobe nvidia-dkms-580-"
    real = (
        "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold"
        " -o Dir::Cache::archives=/var/cache/dlbox/debs -o APT::Keep-Downloaded-Packages=true"
    )
    said = apt_transaction(wanted, ["nvidia-dkms-580"])
    assert f"apt-get -q -s install {options} {names})" in said.simulate
    assert said.download == f"{real} --download-only install {options} {names}"
    assert said.install == f"{real} install {options} {names}"


def test_no_word_of_a_transaction_is_shells() -> None:
    words = shlex.split(apt_transaction({"a;id": "$(id)"}, ["`id`"]).install)
    assert words[-2:] == ["a;id=$(id)", "`id`-"]
