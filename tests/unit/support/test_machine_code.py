"""Which packages hold a framework's machine code, and what they say of it themselves."""

from dlbox.upstream.wheel_metadata import package
from tests.support.machine_code import of_build_info, packages


def test_tensorflow_writes_its_machine_code_down() -> None:
    text = "build_info = OrderedDict([('cuda_compute_capabilities', ['sm_60', 'compute_90'])])"
    assert of_build_info(text) == {"sm_60", "compute_90"}
    assert of_build_info("build_info = {}") == set()


def test_a_framework_is_its_packages() -> None:
    assert packages("jax", "cuda12") == ("jax-cuda12-plugin", "jax-cuda12-pjrt")
    assert [package(name, "cu12") for name in ("pytorch", "tensorflow")] == [
        "torch",
        "tensorflow",
    ]
