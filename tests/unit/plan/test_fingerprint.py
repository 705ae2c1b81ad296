"""What moves the digest of a plan, and what does not."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from dlbox.host.layout import store_path_of
from dlbox.host.mok import Mok
from dlbox.lockfile.model import Lock
from dlbox.lockfile.source import UNLOCKED, LockSource
from dlbox.paths import ROOT
from dlbox.plan.plan import Plan, fingerprint
from dlbox.settings.model import OF_ONE_RUN
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.model import Stack
from roles import ROLES
from tests.support.archive.keys import make_key
from tests.support.builders import GTX_1080_TI, a_box, a_plan, some_settings
from tests.support.stacks import RTX_4090, stack

PASCAL = a_box(pci_gpus=(GTX_1080_TI, GTX_1080_TI))
GOOD, BAD = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"


def digest(plan: Plan, **changes: Any) -> str:
    """Return the fingerprint of a plan of which some inputs are others."""
    inputs: dict[str, Any] = {
        "box": plan.box,
        "stack": plan.stack,
        "settings": plan.settings,
        "manifest": plan.manifest,
        "source": plan.source,
        "revisions": ROLES.revisions,
    }
    assert set(changes) <= set(inputs)
    return fingerprint(**inputs | changes)


def test_the_same_plan_has_the_same_fingerprint() -> None:
    plan = a_plan(PASCAL)
    assert plan.digest == a_plan(PASCAL).digest == digest(plan)
    assert len(plan.digest) == 64


# --- Settings.

LASTING: dict[str, Any] = {
    "box_gpus": ["10de:2684"],
    "box_profile": "framework_only",
    "base_packages": ["htop"],
    "base_lock_timeout_s": 0,
    "nvidia_driver_version": "550",
    "nvidia_driver_flavour": "proprietary",
    "nvidia_driver_source": "distro",
    "nvidia_driver_remedy": "kernel",
    "nvidia_driver_signing": "mok",
    "nvidia_driver_desktop": True,
    "gpu_policy_cards": {"all": {"persistence": True}},
    "cuda_versions": ["12.4"],
    "cuda_compat": "12.8",
    "cudnn_version": "9.10.*",
    "nccl_version": "2.32.3",
    "frameworks_names": ["pytorch"],
    "frameworks_pytorch": "2.7",
    "frameworks_pytorch_variant": "cu126",
    "frameworks_tensorflow": "2.21",
    "frameworks_jax": "0.10",
    "frameworks_jax_variant": "cuda12",
    "jupyter_install": False,
    "jupyter_user": "lab",
    "jupyter_port": 8899,
}
OF_A_RUN: dict[str, Any] = {
    "box_lock": "lock.yaml",
    "box_bundle": "/media/usb/bundle",
    "box_snapshot": "https://snapshot/",
    "base_min_free_gb": 5,
    "base_max_clock_skew_s": 60,
    "nvidia_archive_url": "https://mirror/cuda",
    "nvidia_driver_module_cache": "/srv/modules",
    "nvidia_driver_when_busy": "stage",
    "nvidia_driver_reboot": "if-needed",
    "nvidia_driver_reboot_timeout_s": 900,
    "nvidia_driver_adopt": True,
}
ON_THE_BOX = {"box_rollback_gb", "base_ca_bundle", "nvidia_archive_key"}
"""Where things come from, and yet the box has them: see the tests on each."""


def test_every_setting_is_tried_in_a_test() -> None:
    scopes = {
        name: model.scope(field)
        for model in ROLES.schema.models
        for name, field in model.field_names().items()
    }
    of_a_run = {name for name, scope in scopes.items() if scope in OF_ONE_RUN}
    assert of_a_run == {*OF_A_RUN, *ON_THE_BOX}
    assert set(scopes) - of_a_run == set(LASTING)


@pytest.mark.parametrize(("name", "value"), LASTING.items())
def test_a_changed_setting_moves_it(name: str, value: Any) -> None:
    plan = a_plan(PASCAL)
    assert digest(plan, settings=some_settings(**{name: value})) != plan.digest


def test_a_default_written_out_moves_nothing() -> None:
    assert a_plan(PASCAL, **ROLES.schema.defaults()).digest == a_plan(PASCAL).digest


@pytest.mark.parametrize(("name", "value"), OF_A_RUN.items())
def test_a_setting_of_one_run_moves_nothing(name: str, value: Any) -> None:
    assert ROLES.schema.defaults()[name] != value
    assert a_plan(PASCAL, **{name: value}).digest == a_plan(PASCAL).digest


def test_the_disk_for_the_way_back_moves_it() -> None:
    assert a_plan(PASCAL, box_rollback_gb=0).digest != a_plan(PASCAL).digest
    assert a_plan(PASCAL, box_rollback_gb=20).digest == a_plan(PASCAL).digest


def test_a_certificate_moves_it_by_its_text_and_not_by_its_path(tmp_path: Path) -> None:
    text = "-----BEGIN CERTIFICATE-----\nmQ==\n"
    here, there, other = (tmp_path / name for name in ("a.pem", "b.pem", "c.pem"))
    for file in (here, there):
        file.write_text(text)
    other.write_text(text + "mQ==\n")
    one, same, changed = (
        a_plan(PASCAL, base_ca_bundle=str(file)).digest for file in (here, there, other)
    )
    assert one == same
    assert len({one, changed, a_plan(PASCAL).digest}) == 3


def test_a_mirror_and_its_key_move_it_only_where_the_box_has_them(tmp_path: Path) -> None:
    key = tmp_path / "mirror.asc"
    key.write_text(make_key(tmp_path, "a mirror").armored)
    mirror: dict[str, Any] = {"nvidia_archive_url": "https://mirror/cuda"}
    signed = {**mirror, "nvidia_archive_key": str(key)}
    assert a_plan(PASCAL, **signed).digest == a_plan(PASCAL).digest
    theirs: dict[str, Any] = {
        "box_gpus": [f"10de:{RTX_4090}"],
        "nvidia_driver_source": "nvidia",
    }
    plans = [a_plan(**theirs), a_plan(**theirs, **mirror), a_plan(**theirs, **signed)]
    assert len({plan.digest for plan in plans}) == 3


# --- The stack, and the words about it.


def reworded(plan: Plan) -> Stack:
    choices = {
        name: choice.model_copy(
            update={
                "reason": f"{choice.reason}, in other words",
                "until": None,
                "until_reason": "who knows",
                "rejected": (),
            }
        )
        for name, choice in plan.stack.choices.items()
    }
    return plan.stack.model_copy(
        update={
            "choices": choices,
            "skipped": {name: f"{why}!" for name, why in plan.stack.skipped.items()},
            "warnings": ("mind the gap",),
        }
    )


def test_a_changed_reason_moves_nothing() -> None:
    plan = a_plan(PASCAL)
    other = reworded(plan)
    assert other != plan.stack
    assert other.skipped
    assert digest(plan, stack=other) == plan.digest


def test_another_error_of_the_compiler_moves_nothing() -> None:
    facts = catalog()
    rows = tuple(bad.model_copy(update={"error": "another error"}) for bad in facts.kernels)
    told = facts.model_copy(update={"kernels": rows})
    constraints = "driver=550 flavour=open cuda=none"
    kernels = (BAD, GOOD)
    one, other = (
        stack("debian-13", RTX_4090, constraints, kernels=kernels, facts=some)
        for some in (facts, told)
    )
    assert one.driver
    assert one.driver.fails_on
    assert one.driver != other.driver
    plan = a_plan(a_box(kernels=kernels))
    assert digest(plan, stack=one) == digest(plan, stack=other)
    fixed = stack("debian-13", RTX_4090, constraints, kernels=(GOOD,))
    assert digest(plan, stack=one) != digest(plan, stack=fixed), "which kernels they are"


def test_another_driver_moves_it_and_so_does_where_it_comes_from() -> None:
    plan = a_plan(PASCAL)
    assert plan.stack.driver
    driver = plan.stack.driver.model_copy(update={"version": "550.999.01"})
    assert digest(plan, stack=plan.stack.model_copy(update={"driver": driver})) != plan.digest
    choices = plan.stack.choices | {
        "driver": plan.stack.choices["driver"].model_copy(update={"source": "nvidia"})
    }
    assert digest(plan, stack=plan.stack.model_copy(update={"choices": choices})) != plan.digest


# --- What the box says, what the roles own, what it is to be.


@pytest.mark.parametrize(
    "change",
    [
        {"systemd": False},
        {"container": True},
        {"secure_boot": True},
        {"mok": Mok(state="enrolled")},
        {"kernels": (GOOD,)},
    ],
)
def test_what_decides_about_a_box_moves_it(change: dict[str, Any]) -> None:
    plan = a_plan(PASCAL)
    assert digest(plan, box=replace(PASCAL, **change)) != plan.digest


@pytest.mark.parametrize(
    "change",
    [
        {"clock": 1_795_000_000},
        {"free_gb": 1.0},
        {"uid": 1000},
        {"sudo": "free"},
        {"boot": "another"},
        {"notices": ("the fan is loud",)},
        {"mok": Mok(state="waiting")},
    ],
)
def test_what_passes_on_a_box_moves_nothing(change: dict[str, Any]) -> None:
    plan = a_plan(PASCAL)
    assert digest(plan, box=replace(PASCAL, **change)) == plan.digest


def test_the_order_of_kernels_moves_it() -> None:
    plan = a_plan(replace(PASCAL, kernels=(BAD, GOOD)))
    assert digest(plan, box=replace(PASCAL, kernels=(GOOD, BAD))) != plan.digest


@pytest.mark.parametrize("role", ROLES.revisions)
def test_a_raised_revision_of_a_role_moves_it(role: str) -> None:
    plan = a_plan(PASCAL)
    assert digest(plan, revisions=ROLES.revisions | {role: 2}) != plan.digest


def test_a_lock_moves_it_by_its_digest() -> None:
    plan = a_plan(PASCAL)
    lock: Any = Lock.model_construct
    one, same, other = (
        digest(plan, source=LockSource(lock(digest=said, day=day)))
        for said, day in (("a", "2026-11-24"), ("a", "2026-11-25"), ("b", "2026-11-24"))
    )
    assert one == same
    assert len({one, other, plan.digest}) == 3


def test_folders_to_go_back_to_move_it_where_todays_are_others() -> None:
    plan = a_plan(PASCAL)
    [(link, lock), *_] = plan.manifest.trees.items()
    today = LockSource(folders={link: store_path_of(link, lock)})
    before = LockSource(folders={link: store_path_of(link, "0" * 64)})
    assert plan.source == UNLOCKED
    assert digest(plan, source=today) == plan.digest
    assert digest(plan, source=before) != plan.digest


# --- The source of dlbox: a copy of it is edited, and asked anew.

ASK = """
import json, sys
from pathlib import Path
import dlbox, roles
from tests.support.builders import GTX_1080_TI, a_box, a_plan

here = str(Path.cwd())
assert dlbox.__file__.startswith(here) and roles.__file__.startswith(here)
policy = {"all": {"persistence": True}}

def ask():
    two = a_box(pci_gpus=(GTX_1080_TI,) * 2)
    ada = a_box(system="ubuntu-24.04", pci_gpus=("10de:2684",))
    return [
        a_plan(two, gpu_policy_cards=policy).digest,
        a_plan(ada, nvidia_driver_source="nvidia", cuda_versions=["13.5"]).digest,
    ]

said = {"": ask()}
for name in sys.argv[1:]:
    file = Path(name)
    text = file.read_text()
    file.write_text(text + "# edited\\n")
    said[name] = ask()
    file.write_text(text)
print(json.dumps(said))
"""
SHIPPED = (
    *(f"kernels/programs/{name}" for name in ("compile", "kernel-guard", "kernels")),
    *(f"kernels/programs/{name}" for name in ("override.conf", "try-modules")),
    *(f"boot_trial/programs/{name}" for name in ("boot-trial", "check", "restore")),
    "boot_trial/programs/save-packages",
)
PROGRAMS = (
    *(f"roles/nvidia_driver/{name}" for name in SHIPPED),
    "roles/gpu_policy/apply-gpu-policy",
    "src/dlbox/catalog/locks/uv.txt",
)


def copied(folder: Path) -> Path:
    """Copy the library and its roles, without what Python has compiled."""
    for part in ("src", "roles", "tests/support"):
        copytree(ROOT / part, folder / part, ignore=ignore_patterns("__pycache__"))
    return folder


def asked(folder: Path, *edited: str) -> dict[str, list[str]]:
    """Return the digests of two boxes by a copy as it stands, and after one file's edit each."""
    path = os.pathsep.join([str(folder / "src"), str(folder)])
    done = subprocess.run(
        [sys.executable, "-c", ASK, *edited],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def sources(folder: Path) -> list[Path]:
    found = [*(folder / "src").rglob("*.py"), *(folder / "roles").rglob("*.py")]
    assert len(found) > 100
    return found


def edit_docstrings(folder: Path) -> None:
    """Put a word into every docstring, of attributes too."""
    for file in sources(folder):
        lines = file.read_text(encoding="utf-8").split("\n")
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                at = node.lineno - 1
                lines[at] = lines[at].replace('"""', '"""Reworded: ', 1)
        file.write_text("\n".join(lines), encoding="utf-8")
    edited = [file for file in sources(folder) if "Reworded: " in file.read_text("utf-8")]
    assert len(edited) == len(sources(folder))


def edit_comments(folder: Path) -> None:
    """Put a comment at both ends of every module and every table of the catalogue."""
    tables = [*(folder / "src/dlbox/catalog/data").glob("*.yaml")]
    assert tables
    for file in (*sources(folder), *tables):
        text = file.read_text(encoding="utf-8")
        file.write_text(f"# A remark.\n{text}\n# Another one.\n", encoding="utf-8")


def edit_checks(folder: Path) -> None:
    """Change what every ``verify.py`` does."""
    found = [file for file in sources(folder) if file.name == "verify.py"]
    assert len(found) > len(ROLES.roles)
    for file in found:
        with file.open("a", encoding="utf-8") as text:
            text.write("\n\ndef test_that_is_new() -> None:\n    assert 1 == 2\n")


@pytest.fixture(scope="module")
def unedited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Ask an untouched copy; after that, edit what it ships, file by file."""
    return asked(copied(tmp_path_factory.mktemp("unedited")), *PROGRAMS)


@pytest.mark.slow
@pytest.mark.parametrize("edit", [edit_docstrings, edit_comments, edit_checks])
def test_words_about_the_code_and_its_checks_move_nothing(
    edit: Callable[[Path], None], unedited: dict[str, list[str]], tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    edit(folder)
    assert asked(folder)[""] == unedited[""]


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_edit_of_what_is_shipped_to_the_box_moves_it(
    program: str, unedited: dict[str, list[str]]
) -> None:
    before, after = unedited[""], unedited[program]
    assert before[0] != after[0]
    everywhere = "gpu_policy" not in program
    assert (before[1] != after[1]) == everywhere, "only a box with a policy has its program"


def test_every_program_of_the_driver_is_edited_above() -> None:
    found = (ROOT / "roles/nvidia_driver").glob("*/programs/*")
    there = {str(file.relative_to(ROOT)) for file in found if file.is_file()}
    assert there <= set(PROGRAMS)


def test_a_cards_name_and_an_estimate_of_disk_are_not_part_of_the_identity() -> None:
    identity = json.dumps(a_plan(a_box(pci_gpus=("10de:1b06",))).stack.identity())
    assert '"10de:1b06"' in identity
    assert "GTX 1080 Ti" not in identity
    assert "disk_gb" not in identity
