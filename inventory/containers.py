"""Two container boxes with declared GPUs: try a change without a GPU, or without a machine.

Make them with ``python -m dlbox.sandbox up``, which also says what else your shell needs, if
anything; then ``./dlbox up inventory/containers.py``. Throw them away with
``python -m dlbox.sandbox down``.
"""

pascal = [("@podman/dlbox-debian-13", {"box_gpus": ["10de:1b06", "10de:1b06"]})]
ada = [("@podman/dlbox-debian-12", {"box_gpus": ["10de:2684"]})]
boxes = [name for name, _ in pascal + ada]
