"""Every setting, with its default and meaning; a group, a host or --data overrides it.

Written by python -m dlbox.cli.reference from the settings.py of the roles. Do not edit it: write
what you change into a file of your group, into the inventory, or into --data.
"""

# --- box: What a box is, and where its packages and its lock come from.

# PCI ids of the box's GPUs, one per card, e.g. `["10de:1b06", "10de:1b06"]`, and of its
# NVSwitches. None: read them from the PCI bus. Declare them for a machine image or a
# container; `[]` is a box without a GPU.
box_gpus = None

# "framework_only": install no CUDA toolkit, cuDNN or NCCL for people who compile; frameworks
# bring their own.
box_profile = "full"

# File on the controller, written by `./dlbox lock`: the box gets what the lock says, to the
# byte, or is refused. Boxes that name the same file are one class. None: the box gets what
# fits best today.
box_lock = None

# Where the box finds the output of `./dlbox bundle`: `http(s)://...`, or a folder of the box
# such as `/media/usb/bundle`. The box then contacts no other source, and takes the lock of
# the bundle if `box_lock` names none. None: use the archives.
box_bundle = None

# Address of a snapshot archive, laid out as Debian's is, that has the packages of a lock
# which upstream has withdrawn. None: use only the box's own store and the bundle.
box_snapshot = None

# Disk (GB) that earlier generations of the box may take: packages and venvs for `./dlbox
# rollback`. The oldest go first. 0: keep none of them.
box_rollback_gb = 20

# --- base: What all other roles need: an apt that waits, build tools, no sleep, dlbox's own folders.

# Names of more packages of the distribution to install.
base_packages = []

# File on the controller with extra CA certificates (PEM) that the box must trust, as company
# networks need. None: nothing is added.
base_ca_bundle = None

# Seconds that apt waits for the dpkg lock when something else, such as unattended-upgrades,
# holds it. 0: do not wait.
base_lock_timeout_s = 600

# Free disk space (GB) that a box must have before anything is installed. None: what the plan
# needs; 0: do not check.
base_min_free_gb = None

# Seconds by which the box's clock may differ from the controller's; TLS and apt fail beyond
# that.
base_max_clock_skew_s = 300

# --- nvidia_archive: NVIDIA's CUDA apt repository for stacks that need it: one pinned key, and it replaces no package.

# Mirror of NVIDIA's repository, without the system's own folder (debian13 and so on) at the
# end. None: NVIDIA's own server.
nvidia_archive_url = None

# File on the controller with the key (ASCII-armored) that signs the repository; a mirror that
# re-signs it has its own key. None: NVIDIA's own key, whose fingerprint is pinned.
nvidia_archive_key = None

# --- nvidia_driver: The driver for the box's GPUs, from the distribution or NVIDIA, kept from being moved or replaced.

# Branch or full version, e.g. "580" or "580.159.03". None: the longest-supported branch that
# drives every card, the distribution's own first.
nvidia_driver_version = None

# Kernel modules: "open" or "proprietary". None: the flavour that the cards and the branch
# need.
nvidia_driver_flavour = None

# Source of the packages: "distro" or "nvidia". None: the distribution's own as long as it is
# supported; NVIDIA's where that has ended, or where none of the distribution's fits.
nvidia_driver_source = None

# Remedy if the modules do not compile on an installed kernel. "flavour": take the other
# flavour, or another driver that the settings allow; if there is none, act as for "kernel".
# "kernel": boot and hold the newest kernel on which they compile.
nvidia_driver_remedy = "flavour"

# Folder on the controller that keeps compiled modules and passes them on to boxes with the
# same kernel, compiler and driver. None: every box compiles for itself. Warning: root on one
# of these boxes can then put code into the kernels of the others.
nvidia_driver_module_cache = None

# What to do if the driver must change while the card is in use. "refuse": the box keeps its
# driver, gets everything else, and counts as failed; "wait:2h" (s, m, h, d; at most 7 days):
# first wait up to that long; "stage": driver and modules change together at the next boot.
nvidia_driver_when_busy = "refuse"

# Whether `up` reboots the box if the driver or its kernel needs it. "if-needed": yes, unless
# a person is logged in or something inhibits it; "now": regardless of them. The controller
# itself and containers are never rebooted.
nvidia_driver_reboot = "never"

# Seconds that a box may take to come back.
nvidia_driver_reboot_timeout_s = 600

# Adopt a driver that was installed by other means: NVIDIA's .run files are uninstalled, held
# packages are moved. False: such a box is refused.
nvidia_driver_adopt = False

# With Secure Boot on, "mok": sign the modules with a key of the box, which a person has to
# enrol once. None: a box whose key is not enrolled is refused.
nvidia_driver_signing = None

# Also install what an X or Wayland desktop needs. False: compute only, no X packages; if a
# display manager runs, `up` warns of it before the change.
nvidia_driver_desktop = False

# --- gpu_policy: The state that each card is set to at every boot: power, clocks, modes, MIG layout.

# The state that cards are set to at boot, by "all", index ("0") or UUID, e.g. `{"all":
# {"persistence": True}, "0": {"power_limit_w": 250}}`; a UUID wins over an index, and an
# index over "all". Fields: `persistence`, `power_limit_w`, `graphics_clock_mhz` and
# `memory_clock_mhz` (one clock or lowest and highest), `compute_mode` ("default",
# "exclusive_process", "prohibited"), `ecc`, `mig` (True, False, or profiles such as
# `["3g.40gb", "3g.40gb"]`); power and clocks are kept within the limits that the card
# reports. `{}`: the cards are left as they are.
gpu_policy_cards = {}

# --- cuda: One or more CUDA toolkits side by side, with a working nvcc first in PATH.

# Toolkits to install side by side, e.g. `["12.4", "13.5"]`; the first is /usr/local/cuda and
# must suit the driver, the others are compilers. None: the newest that fits if the box has a
# GPU; `[]`: none.
cuda_versions = None

# Release of NVIDIA's cuda-compat, which runs a newer CUDA over an older driver, on data
# centre cards only. None: not installed.
cuda_compat = None

# --- cudnn: cuDNN's headers and libraries for people who compile.

# Headers and libraries for people who compile; frameworks bring their own. A version or
# prefix ("9.10.*"), "*" for any, "none". None: the newest that fits if the box has a CUDA
# toolkit.
cudnn_version = None

# --- nccl: NCCL's headers and library for people who compile.

# Library and headers; frameworks bring their own. A version or prefix ("2.27.*"), "*" for
# any, "none". None: the newest that fits if the box has two or more GPUs and a CUDA toolkit.
nccl_version = None

# --- frameworks: One venv per framework that fits the box's GPUs, with wheels locked by hash.

# Frameworks that the box must have, one venv each under /opt/dlbox/venvs; "tensorflow" brings
# Keras. None: PyTorch and TensorFlow, each if it has code for the cards.
frameworks_names = None

# Version or prefix of PyTorch, e.g. "2.9". None: the newest that fits.
frameworks_pytorch = None

# CUDA variant of PyTorch, e.g. "cu126". None: the variant of the newest release that fits.
frameworks_pytorch_variant = None

# Version or prefix of TensorFlow. None: the newest that fits.
frameworks_tensorflow = None

# Version or prefix of JAX. None: the newest that fits, if `frameworks_names` contains "jax".
frameworks_jax = None

# CUDA variant of JAX, "cuda12" or "cuda13"; setting it also asks for JAX. None: the variant
# of the newest release that fits.
frameworks_jax_variant = None

# --- jupyter: JupyterLab on loopback, started at boot, with a kernel per framework.

# Install JupyterLab as a service that listens on loopback only; reach it through an SSH
# tunnel.
jupyter_install = True

# Ordinary user that runs JupyterLab and whose home it serves; created without a password if
# missing.
jupyter_user = "jupyter"

# TCP port on the loopback interface.
jupyter_port = 8888
