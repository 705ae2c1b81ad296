"""What holds of every answer, judged from the catalogue's texts by rules of our own.

An independent oracle, on purpose: it reads the YAML itself and shares no rule with
``dlbox.stack``, so that one mistake cannot hide in both. A rule that changes is therefore changed
in two places, there and here, and a change of one alone is red. Do not import a rule from the
solver.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import product
from math import prod
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from dlbox import catalog as texts
from dlbox.stack import layers
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.components import Driver
from dlbox.stack.constraint import LAYER_OF, Constraint
from dlbox.stack.gpus import Gpu, gpu_table
from dlbox.stack.model import Refusal, Stack
from dlbox.stack.problem import Problem
from dlbox.stack.search import search
from dlbox.stack.solve import solve

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FEW = settings(max_examples=200, deadline=None, derandomize=True, database=None)
CARDS = [
    *("1180", "102d", "1380", "13c2", "17c2", "15f7", "1b06", "1b81", "1d81", "1db1"),
    *("1eb8", "1e04", "20b0", "2204", "2236", "2684", "27b8", "2330", "2342", "2901"),
    *("3182", "2b85", "2c3a", "2e12", "3000"),
]
COMMON = ["1b06", "1db1", "1eb8", "20b0", "2684", "2330", "2b85", "2901"]
SYSTEMS = ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04"]
GOOD, BAD = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"
DAYS = [date(2026, 11, 24), date(2027, 4, 1), date(2028, 7, 1), date(2031, 1, 1)]
VALUES = {
    "driver": "* none 535 550 570 580 580.* 580.126.09 580.159.03 590 595 595.112.07 >=580,<590 >=590 610 615",
    "flavour": "open proprietary",
    "driver_source": "distro nvidia",
    "fabricmanager": "* none 580.* 580.159.03 580.178.04 595.112.07 >=580",
    "nvlsm": "* none",
    "cuda_compat": "* none 12.4 12.8 13.0 13.1 13.4 13.5 >=13",
    "python": "* 3.* 3.12 3.13 >=3.12",
    "cuda": "* none 11.8 12.* 12.0 12.4 12.6 12.8 13.* 13.0 13.2 13.4 13.5 >=12.6,<13 14",
    "cudnn": "* none 9.* 9.10.* 9.10.2.21 9.28.* 9.28.0.42 9.28.1.4 <9.11",
    "nccl": "* none 2.21.5 2.27.* 2.27.7 2.32.3 >=2.28",
    "pytorch": "* none 2.6.0 2.7 2.7.1 2.8.0 2.10 2.10.0 2.11 2.14 2.14.* 2.15.0 >=2.11 <2.8",
    "pytorch_variant": "* cu126 cu128 cu130 cu132",
    "tensorflow": "* none 2.16 2.16.2 2.20 2.21.* 2.21.0 <2.20",
    "jax": "* none 0.10.2 0.12.0.1 0.12.* >=0.11",
    "jax_variant": "* cuda12 cuda13",
}


# --- Boxes and constraints.


@dataclass(frozen=True)
class Box:
    """A question."""

    system: str
    cards: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    switches: tuple[str, ...] = ()
    today: date = DAYS[0]
    kernels: tuple[str, ...] = ()

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """Return its cards."""
        return tuple(gpu_table()[f"10de:{card}"] for card in self.cards)

    @property
    def possible(self) -> bool:
        """Whether there is a stack; quicker than an answer, which explains itself."""
        switches = tuple(catalog().nvswitches[switch] for switch in self.switches)
        more = (self.constraints, catalog(), self.today, self.kernels)
        return search(Problem(self.gpus, switches, self.system, *more)) is not None

    def answer(self) -> Stack | Refusal:
        """Return what the solver says."""
        return solve(
            self.gpus,
            self.system,
            self.constraints,
            today=self.today,
            switches=[catalog().nvswitches[switch] for switch in self.switches],
            kernels=self.kernels,
        )


def constraints(least: int) -> st.SearchStrategy[tuple[Constraint, ...]]:
    words = st.lists(st.sampled_from([*VALUES]), unique=True, min_size=least, max_size=3)
    at = st.tuples(*[st.integers(0, 10_000)] * 3)
    return st.tuples(words, at).map(
        lambda drawn: tuple(
            Constraint(word, VALUES[word].split()[at % len(VALUES[word].split())])
            for word, at in zip(*drawn, strict=False)
        )
    )


def boxes(least: int = 0, asked: int = 0) -> st.SearchStrategy[Box]:
    card = st.one_of(st.sampled_from(COMMON), st.sampled_from(CARDS))
    some = st.sampled_from([1, 1, 2, 4, 8])
    same = st.tuples(card, some).map(lambda drawn: (drawn[0],) * drawn[1])
    mixed = st.lists(card, min_size=least, max_size=3).map(tuple)
    return st.builds(
        Box,
        system=st.sampled_from(SYSTEMS),
        cards=st.one_of(same, mixed),
        constraints=constraints(asked),
        switches=st.sampled_from([(), (), (), ("1af1",), ("22a3",) * 4, ("nvlink5",)]),
        today=st.sampled_from([DAYS[0], *DAYS]),
        kernels=st.sampled_from([(), (GOOD,), (BAD,), (BAD, GOOD)]),
    )


# --- The rules, from the texts.


@cache
def table(name: str) -> Any:
    text = (texts.DATA / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(version).split("."))


def unknown(fact: Any) -> bool:
    return isinstance(fact, dict) and "unknown" in fact


def covers(archs: Any, gpu: Gpu, kinds: tuple[str, ...] = ("sm", "compute")) -> bool:
    """Whether one of these codes runs on the card: its own major, and no newer minor."""
    if unknown(archs):
        return False
    words = archs.split() if isinstance(archs, str) else archs
    codes = [word.partition("_") for word in words]
    major, minor = gpu.capability.split(".")
    own = [code for kind, _, code in codes if kind in kinds and code[:-1] == major]
    return any(int(code[-1]) <= int(minor) for code in own)


def fulfils(found: str | None, value: str) -> bool:
    """Whether a layer, or that it is left out, is what was requested."""
    if value == "none" or found is None:
        return (value == "none") == (found is None)
    if value == "*":
        return True
    if value[0] in "<>=!~":
        return SpecifierSet(value).contains(found)
    wanted = value.removesuffix(".*").split(".")
    return found.split(".")[: len(wanted)] == wanted


def words_of(got: Stack) -> dict[str, str | None]:
    """Word of a constraint -> what the stack has there."""
    driver, frameworks = got.driver, got.frameworks
    found: dict[str, str | None] = dict.fromkeys(VALUES)
    found |= {name: choice.version for name, choice in got.choices.items()}
    if driver:
        found |= {"flavour": driver.flavour, "driver_source": driver.source}
    for name in ("pytorch", "jax"):
        if name in frameworks:
            found[f"{name}_variant"] = frameworks[name].variant
    return found


def of_constraints(got: Stack, box: Box) -> Iterator[str]:
    found = words_of(got)
    for constraint in box.constraints:
        # How a driver or a wheel should be says nothing where none is wanted.
        idle = constraint.word in {"flavour", "driver_source"} and not got.driver
        if constraint.word.endswith("_variant"):
            idle = Constraint(constraint.layer, "none") in box.constraints
        if not idle and not fulfils(found[constraint.word], constraint.value):
            yield f"{constraint} is not fulfilled by {found[constraint.word]}"


def architecture(gpu: Gpu) -> Any:
    [row] = [
        row for row in table("architectures").values() if gpu.chip.startswith(row["chips"])
    ]
    return row


def offered(source: str, system: Any, branch: int) -> list[str]:
    """Return the versions of a branch that a source has for a system."""
    if source == "distro":
        return [row["version"] for row in system["drivers"] if row["branch"] == branch]
    versions = map(str, table("drivers")[branch]["versions"])
    return list(versions) if branch in system["nvidia"]["drivers"] else []


def of_driver(got: Stack, box: Box) -> Iterator[str]:
    driver = got.driver
    if not driver:
        if box.cards and Constraint("driver", "none") not in box.constraints:
            yield "no driver for the cards"
        return
    branch = table("drivers")[driver.branch]
    if driver.version not in offered(
        driver.source, table("systems")[box.system], driver.branch
    ):
        yield f"{box.system} has no {driver.source} driver {driver.version}"
    if driver.source == "nvidia" and unknown(branch["until"]):
        yield f"how long {driver.branch} is supported is unknown"
    if driver.version in branch.get("withdrawn", ()):
        yield f"{driver.version} is withdrawn"
    if driver.flavour not in branch["flavours"]:
        yield f"{driver.branch} has no {driver.flavour} modules"
    if box.kernels and not any(compiles(driver, kernel) for kernel in box.kernels):
        yield f"{driver.version} does not compile on {box.kernels}"


def compiles(driver: Driver, kernel: str) -> bool:
    number = kernel.partition("+")[0]
    return not any(
        (bad["driver"], bad["flavour"]) == (driver.version, driver.flavour)
        and number.startswith(f"{bad['series']}.")
        and numbers(number) >= numbers(bad["first"])
        for bad in table("kernels")
    )


def of_cards(got: Stack, box: Box) -> Iterator[str]:
    driver = got.driver
    if not driver:
        return
    for gpu in box.gpus:
        row = architecture(gpu)
        first = row.get("first_driver_by_id", {}).get(gpu.id, row["first_driver"])
        if not (first or 0) <= driver.branch <= (row["last_driver"] or 9999):
            yield f"{driver.branch} does not drive a {gpu.name}"
        if unknown(row["flavours"]) or driver.flavour not in row["flavours"]:
            yield f"{driver.flavour} modules do not drive a {gpu.name}"


def of_fabric(got: Stack, box: Box) -> Iterator[str]:
    chosen = got.choices
    theirs = got.driver is not None and got.driver.source == "nvidia"
    for name in ("fabricmanager", "nvlsm"):
        if name in chosen and not theirs:
            yield f"{name} without a driver of NVIDIA's repository"
    manager = chosen.get("fabricmanager")
    if manager and got.driver and manager.version != got.driver.version:
        yield f"Fabric Manager {manager.version} beside driver {got.driver.version}"
    needed = [("fabricmanager", True)] if box.switches else []
    needed += [("nvlsm", table("nvswitches")[switch]["nvlsm"]) for switch in box.switches]
    for name, need in needed:
        if need and name not in chosen and Constraint(name, "none") not in box.constraints:
            yield f"no {name} for the switches"


def of_compat(got: Stack, box: Box) -> Iterator[str]:
    if not got.cuda_compat:
        return
    if not any(constraint.word == "cuda_compat" for constraint in box.constraints):
        yield "cuda-compat unasked"
    over = table("compat")[got.cuda_compat.release]["over"]
    if unknown(over) or not got.driver or got.driver.branch not in over:
        yield f"cuda-compat {got.cuda_compat.release} over {got.driver}"
    yield from (
        f"cuda-compat for a {gpu.name}"
        for gpu in box.gpus
        if gpu.name.startswith(("GeForce", "TITAN", "RTX", "Quadro"))
    )


def driven(got: Stack, release: str) -> bool:
    """Whether the driver, or cuda-compat over it, runs what this CUDA builds."""
    if not got.driver:
        return True
    least = table("cuda")["majors"][numbers(release)[0]]["min_driver"]
    compat = got.cuda_compat and numbers(got.cuda_compat.release) >= numbers(release)
    return bool(compat) or got.driver.branch >= least


def of_cuda(got: Stack, box: Box) -> Iterator[str]:
    system = table("systems")[box.system]
    for toolkit in got.toolkits:
        offers = {
            "distro": [row["release"] for row in system["toolkits"]],
            "wheels": list(table("cuda")["wheels"]),
            "nvidia": system["nvidia"]["toolkits"],
        }
        if toolkit.release not in offers[toolkit.source]:
            yield f"{box.system} has no CUDA {toolkit.release} from {toolkit.source}"
        if not driven(got, toolkit.release):
            yield f"CUDA {toolkit.release} needs a newer driver"
        for gpu in box.gpus:
            if not covers(table("cuda")["toolkits"][toolkit.release]["archs"], gpu):
                yield f"CUDA {toolkit.release} does not compile for a {gpu.name}"


def cudnn_fits(version: str, gpu: Gpu) -> bool:
    last = architecture(gpu)["last_cudnn"]
    return last is None or (not unknown(last) and numbers(version)[:3] <= numbers(last))


def of_libraries(got: Stack, box: Box) -> Iterator[str]:
    for name, library in (("cudnn", got.cudnn), ("nccl", got.nccl)):
        if not library:
            continue
        here = (library.cuda, library.version)
        rows = [
            row for row in table("libraries")[name] if (row["cuda"], row["version"]) == here
        ]
        if not rows:
            yield f"there is no {name} {here}"
        if not got.toolkits or numbers(got.toolkits[0].release)[0] != library.cuda:
            yield f"{name} for CUDA {library.cuda} beside {got.toolkits}"
        for gpu in box.gpus:
            if not all(covers(row["archs"], gpu) for row in rows if row.get("archs")):
                yield f"{name} {here} has no code for a {gpu.name}"
            if name == "cudnn" and not cudnn_fits(library.version, gpu):
                yield f"cuDNN {library.version} fails on a {gpu.name}"


def row_of(name: str, version: str, variant: str) -> Any:
    rows = table("frameworks")[name]
    [row] = [row for row in rows if (row["version"], row["variant"]) == (version, variant)]
    return row


def of_frameworks(got: Stack, box: Box) -> Iterator[str]:
    python = numbers(table("systems")[box.system]["python"])
    for name, framework in got.frameworks.items():
        label = f"{name} {framework.version} {framework.variant}"
        row = row_of(name, framework.version, framework.variant)
        if not numbers(row["python"][0]) <= python <= numbers(row["python"][1]):
            yield f"{label} has no wheel for Python {python}"
        if not driven(got, row["cuda"]):
            yield f"{label} needs a newer driver"
        if not row.get("locked") and not any(
            constraint.layer == name for constraint in box.constraints
        ):
            yield f"{label} is not locked, and nobody asked for it"
        for gpu in box.gpus:
            if not covers(row["archs"], gpu):
                yield f"{label} has no code for a {gpu.name}"
            if row["cudnn"][0].isdigit() and not cudnn_fits(row["cudnn"], gpu):
                yield f"{label}'s cuDNN fails on a {gpu.name}"


RULES: list[Callable[[Stack, Box], Iterator[str]]] = [
    *(
        of_constraints,
        of_driver,
        of_cards,
        of_fabric,
        of_compat,
        of_cuda,
        of_libraries,
        of_frameworks,
    ),
]


def faults(got: Stack, box: Box) -> list[str]:
    """Return every rule of the catalogue that a stack breaks."""
    return [fault for rule in RULES for fault in rule(got, box)]


# --- What holds.


@pytest.mark.slow
@FEW
@given(boxes())
def test_every_stack_keeps_every_rule_of_the_catalogue(box: Box) -> None:
    assume(box.possible)
    got = box.answer()
    assert isinstance(got, Stack)
    assert faults(got, box) == []


PTX_ALONE = [card for card in CARDS if gpu_table()[f"10de:{card}"].capability == "9.0"]


@pytest.mark.parametrize("driver", ["*", "535", "550", "580", "595"])
@pytest.mark.parametrize("card", PTX_ALONE)
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_left_as_ptx_is_left_to_a_driver_that_reads_it(
    system: str, card: str, driver: str
) -> None:
    """PTX needs the driver of the toolkit that made it, or a newer one (compat.md, section 2)."""
    box = Box(system, (card,), (Constraint("driver", driver),))
    got = box.answer()
    for name, framework in got.frameworks.items() if isinstance(got, Stack) else ():
        row = row_of(name, framework.version, framework.variant)
        if not all(covers(row["archs"], gpu, ("sm",)) for gpu in box.gpus):
            assert isinstance(got, Stack)
            assert got.driver
            # TensorFlow's build_info since 2.18: made with CUDA 12.5.1.
            assert numbers(got.driver.cuda) >= (12, 5), framework


@pytest.mark.slow
@settings(FEW, max_examples=140)
@given(boxes(least=1), st.sampled_from(CARDS))
def test_one_card_more_never_makes_more_possible(box: Box, card: str) -> None:
    more = replace(box, cards=(*box.cards, card))
    assume(more.possible)
    larger = more.answer()
    assert isinstance(larger, Stack)
    assert isinstance(box.answer(), Stack)
    assert faults(larger, box) == []


def wider(constraint: Constraint) -> Iterator[Constraint | None]:
    """Yield what lets in all that a constraint lets in; None: to constrain nothing."""
    parts = constraint.value.removesuffix(".*").split(".")
    if all(part.isdigit() for part in parts):
        yield from (
            Constraint(constraint.word, ".".join([*parts[:n], "*"]))
            for n in range(len(parts), 0, -1)
        )
    if constraint.word not in {"flavour", "driver_source"}:
        yield Constraint(constraint.word, "*")
    # cuda-compat comes only where it is requested.
    if constraint.word != "cuda_compat":
        yield None


@pytest.mark.slow
@FEW
@given(boxes(least=1, asked=1), st.data())
def test_a_wider_constraint_never_turns_a_stack_into_a_refusal(
    box: Box, data: st.DataObject
) -> None:
    narrow = [constraint for constraint in box.constraints if constraint.value != "none"]
    assume(narrow)
    assume(box.possible)
    constraint = data.draw(st.sampled_from(narrow))
    others = tuple(other for other in box.constraints if other != constraint)
    wide = data.draw(st.sampled_from([*wider(constraint)] or [constraint]))
    again = replace(box, constraints=(*others, wide) if wide else others)
    assert isinstance(again.answer(), Stack), wide


@pytest.mark.slow
@settings(FEW, max_examples=140)
@given(boxes(), st.randoms(use_true_random=False))
def test_the_order_of_cards_and_constraints_does_not_matter(box: Box, random: Any) -> None:
    cards, asked = list(box.cards), list(box.constraints)
    random.shuffle(cards)
    random.shuffle(asked)
    shuffled = replace(box, cards=tuple(cards), constraints=tuple(asked))
    one, other = box.answer(), shuffled.answer()
    if isinstance(one, Refusal):
        # Of several conflicts it names the first that it meets.
        assert isinstance(other, Refusal)
        assert one == other or len(asked) > 1
        return
    assert isinstance(other, Stack)
    reasons = {"choices", "skipped"}
    assert one.model_dump(exclude=reasons) == other.model_dump(exclude=reasons)


@pytest.mark.slow
@settings(FEW, max_examples=60)
@given(boxes())
def test_the_same_question_has_the_same_answer(box: Box) -> None:
    assert box.answer() == box.answer()


TIGHT = {
    "driver": "535 550 580.159.03 580.178.04 590 595.112.07 610.57.04 none",
    "fabricmanager": "none 580.178.04 580.159.03 595.112.07",
    "nvlsm": "none *",
    "cuda_compat": "none 12.4 13.0 13.1 >=13.2",
    "cuda": "none 11.8 12.4 13.0 13.2 13.3",
    "cudnn": "none * 9.10.* 9.28.*",
    "nccl": "none * 2.27.* 2.32.*",
    "pytorch": "none 2.7.1 2.10.0 2.14.0 2.15.0",
    "tensorflow": "none 2.21.0 2.16.2",
    "jax": "none 0.10.2 0.12.0.1",
}
tight = st.fixed_dictionaries(
    {word: st.sampled_from(["none", *values.split()]) for word, values in TIGHT.items()}
).map(lambda chosen: tuple(Constraint(word, value) for word, value in chosen.items()))


@pytest.mark.slow
@FEW
@given(st.sampled_from(SYSTEMS), st.sampled_from([*COMMON, "1b06"]), tight)
def test_the_search_finds_a_stack_wherever_trying_everything_does(
    system: str, card: str, asked: tuple[Constraint, ...]
) -> None:
    gpus = (gpu_table()[f"10de:{card}"],)
    problem = Problem(gpus, (), system, asked, catalog(), DAYS[0])
    domains = {name: layers.domain(problem, name) for name in layers.LAYERS}
    assume(prod(map(len, domains.values())) <= 5000)
    there_is = any(
        all(need.met(chosen) for candidate in chosen.values() for need in candidate.needs)
        for chosen in (
            dict(zip(domains, some, strict=True)) for some in product(*domains.values())
        )
    )
    assert (search(problem) is not None) == there_is


@pytest.mark.slow
@settings(FEW, max_examples=120)
@given(boxes(least=1))
def test_a_refusal_names_constraint_or_card_and_its_nearest_constraint_works_in_place_of_the_refused(
    box: Box,
) -> None:
    assume(not box.possible)
    got = box.answer()
    assert isinstance(got, Refusal)
    names = {gpu.name for gpu in box.gpus} | {constraint.word for constraint in box.constraints}
    assert any(name in got.because for name in names), got.because
    if got.nearest:
        nearest = Constraint(*got.nearest.split("=", 1))
        assert nearest.word in {constraint.word for constraint in box.constraints}
        others = tuple(
            constraint for constraint in box.constraints if constraint.word != nearest.word
        )
        again = replace(box, constraints=(*others, nearest)).answer()
        assert isinstance(again, Stack), again


def supported_until(system: str, source: str, branch: int) -> date:
    """Return the last day of a branch's support; one that has ended without a date: long ago."""
    rows = table("systems")[system]["drivers"] if source == "distro" else []
    theirs = [row["until"] for row in rows if row["branch"] == branch and "until" in row]
    end = (theirs or [table("drivers")[branch]["until"]])[0]
    return end if isinstance(end, date) else date.min


@pytest.mark.slow
@settings(FEW, max_examples=100)
@given(boxes(least=1))
def test_no_driver_that_is_supported_for_longer_would_have_done(box: Box) -> None:
    free = tuple(constraint for constraint in box.constraints if constraint.layer != "driver")
    box = replace(box, constraints=free, today=DAYS[0])
    assume(box.possible)
    got = box.answer()
    assert isinstance(got, Stack)
    assert got.driver
    system = table("systems")[box.system]
    sources = [("distro", row["branch"]) for row in system["drivers"]]
    sources += [("nvidia", branch) for branch in system["nvidia"]["drivers"]]
    end = supported_until(box.system, got.driver.source, got.driver.branch)
    for source, branch in sources:
        asked = (Constraint("driver", str(branch)), Constraint("driver_source", source))
        if supported_until(box.system, source, branch) > max(end, box.today):
            assert not replace(box, constraints=(*free, *asked)).possible, asked


@pytest.mark.slow
@settings(FEW, max_examples=100)
@given(boxes())
def test_no_newer_framework_that_can_be_installed_would_have_done(box: Box) -> None:
    free = tuple(
        constraint
        for constraint in box.constraints
        if constraint.layer in {"driver", "cuda_compat"}
    )
    box = replace(box, constraints=free)
    assume(box.possible)
    got = box.answer()
    assert isinstance(got, Stack)
    driver = (Constraint("driver", got.driver.version),) if got.driver else ()
    kept = tuple(constraint for constraint in free if constraint.word != "driver") + driver
    for name in ("pytorch", "tensorflow"):
        taken = got.frameworks.get(name)
        for row in table("frameworks")[name]:
            newer = not taken or numbers(row["version"]) > numbers(taken.version)
            if row.get("locked") and newer:
                variant = (
                    [Constraint(f"{name}_variant", row["variant"])] if name == "pytorch" else []
                )
                asked = (*kept, Constraint(name, row["version"]), *variant)
                assert not replace(box, constraints=asked).possible, row["version"]


@pytest.mark.slow
@settings(FEW, max_examples=140)
@given(boxes())
def test_a_stack_survives_being_written_down(box: Box) -> None:
    assume(box.possible)
    got = box.answer()
    assert isinstance(got, Stack)
    text = yaml.dump(got.model_dump(mode="json"), Dumper=DUMPER)
    assert Stack.model_validate(yaml.load(text, Loader=LOADER)) == got  # noqa: S506 - safe ones


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_card_of_the_id_table_is_refused_or_gets_a_stack_that_keeps_the_rules(
    system: str,
) -> None:
    kinds = {(gpu.chip[:2], gpu.capability): gpu.id[5:] for gpu in gpu_table().values()}
    served: set[str] = set()
    broken: dict[str, list[str]] = {}
    for (chips, capability), card in kinds.items():
        box = Box(system, (card, card), ())
        got = box.answer()
        if isinstance(got, Stack):
            served.add(chips)
            broken[f"{chips} {capability}"] = faults(got, box)
        else:
            assert any(gpu.name in got.because for gpu in box.gpus)
    assert {kind: said for kind, said in broken.items() if said} == {}
    assert served == {"GM", "GP", "GV", "TU", "GA", "AD", "GH", "GB"}


def test_every_word_of_a_constraint_is_drawn() -> None:
    assert set(VALUES) == set(LAYER_OF)
