"""Every knob, with its default and meaning; a group, a host or --data overrides it."""

# --- box: A box, whichever roles it has: its identity, its facts, and how to change it.

# PCI ids of the box's GPUs, one per card, e.g. `["10de:1b06", "10de:1b06"]`, and of its
# NVSwitches. None: look on the PCI bus. Declare them for a machine image or a container; `[]`
# is a box without a GPU.
box_gpus = None

# "framework_only": no CUDA toolkit, cuDNN or NCCL for people who compile; frameworks bring
# their own.
box_profile = "full"

# File on the controller, written by `./dlbox lock`: the box gets what it says, to the byte,
# or is refused. Boxes that name the same file are one class. None: what fits best today.
box_lock = None

# Where the box finds what `./dlbox bundle` made: `http(s)://...`, or a folder of the box such
# as `/media/usb/bundle`; nothing else is asked then, and its lock is taken where `box_lock`
# names none. None: the archives.
box_bundle = None

# Address of an archive of archives, laid out as Debian's is, that has the packages of a lock
# which upstream has withdrawn. None: only the box's own store and the bundle.
box_snapshot = None

# Disk (GB) that what the box had before may take: packages and venvs for `./dlbox rollback`,
# the oldest go first. 0: none of it is kept.
box_rollback_gb = 20

# --- base: The ground the other roles stand on: apt that waits, build tools, no sleep, dlbox's own folders.

# More packages of the distribution to install, by name.
base_packages = []

# File on the controller with extra CA certificates (PEM) that the box shall trust, as company
# networks need. None: nothing is added.
base_ca_bundle = None

# Seconds apt waits for the dpkg lock when something else, such as unattended-upgrades, holds
# it. 0: do not wait.
base_lock_timeout_s = 600

# Free disk (GB) a box must have before anything is installed. None: the plan's own need; 0:
# do not look.
base_min_free_gb = None

# Seconds the box's clock may differ from the controller's; TLS and apt fail beyond that.
base_max_clock_skew_s = 300

# --- nvidia_archive: NVIDIA's CUDA apt repository, where the stack needs it: one pinned key, nothing taken over by it.

# Mirror of NVIDIA's repository, up to but without the system's own folder (debian13 and so
# on). None: NVIDIA's own server.
nvidia_archive_url = None

# File on the controller with the key (ASCII-armored) that signs it. None: NVIDIA's own, of
# which the fingerprint is pinned; a mirror that signs anew has its own key.
nvidia_archive_key = None

# --- nvidia_driver: The distribution's driver for the box's GPUs, and nothing that moves or replaces it.

# Branch or full version, e.g. "580" or "580.159.03". None: the longest-supported branch that
# drives every card.
nvidia_driver_version = None

# Kernel modules: "open" or "proprietary". None: what the cards and the branch ask for.
nvidia_driver_flavour = None

# Whose packages: "distro" or "nvidia". None: the distribution's own, unless NVIDIA's
# repository has a branch that is supported longer, or the only one that fits.
nvidia_driver_source = None

# What to do where the modules do not compile on an installed kernel. "flavour": take the
# other flavour, or another driver that the settings allow; where there is none, as "kernel":
# the newest kernel they compile on boots, and is held.
nvidia_driver_remedy = "flavour"

# Folder on the controller where compiled modules are kept, and given to boxes with the same
# kernel, compiler and driver. None: every box compiles for itself. Mind: whoever is root on
# one of these boxes can then put code into the kernels of the others.
nvidia_driver_module_cache = None

# What to do when the driver must change and somebody uses the card. "refuse": the box keeps
# its driver, gets everything else, and counts as failed. "wait:2h" (s, m, h, d; at most 7
# days): first wait so long. "stage": driver and modules change together at the next boot.
nvidia_driver_when_busy = "refuse"

# Whether `up` reboots the box when the driver or its kernel needs it. "if-needed": yes,
# unless somebody is logged in or holds it off; "now": in spite of them. This machine itself
# and containers never are.
nvidia_driver_reboot = "never"

# Seconds a box may take to come back.
nvidia_driver_reboot_timeout_s = 600

# Take over a driver that somebody else has installed: NVIDIA's .run files are uninstalled,
# held packages are moved. False: such a box is refused.
nvidia_driver_adopt = False

# With Secure Boot on, "mok": modules are signed with a key of the box, which a person has to
# enrol once. None: a box whose key is not enrolled is refused.
nvidia_driver_signing = None

# Also install what an X or Wayland desktop needs. False: compute only, no X packages.
nvidia_driver_desktop = False

# --- gpu_policy: What each card is set to at every boot: power, clocks, modes, MIG layout.

# What cards are set to at boot, by "all", index ("0") or UUID, e.g. `{"all": {"persistence":
# True}, "0": {"power_limit_w": 250}}`; a UUID wins over an index, that over "all". Settings:
# `persistence`, `power_limit_w`, `graphics_clock_mhz` and `memory_clock_mhz` (one clock or
# lowest and highest), `compute_mode` ("default", "exclusive_process", "prohibited"), `ecc`,
# `mig` (True, False, or profiles such as `["3g.40gb", "3g.40gb"]`). Power and clocks are kept
# within what the card reports. `{}`: cards are left alone.
gpu_policy_cards = {}

# --- cuda: One or more CUDA toolkits side by side, a working nvcc first in PATH.

# Toolkits to have side by side, e.g. `["12.4", "13.5"]`; the first is /usr/local/cuda and
# must suit the driver, the others are compilers. None: the newest that fits when the box has
# a GPU; `[]`: none.
cuda_versions = None

# Release of NVIDIA's cuda-compat, which runs newer CUDA over an older driver; data centre
# cards only. None: not installed.
cuda_compat = None

# --- cudnn: cuDNN's headers and libraries for people who compile.

# Headers and libraries for people who compile; frameworks bring their own. A version or
# prefix ("9.10.*"), "*" for any, "none". None: the newest that fits when the box has a CUDA
# toolkit.
cudnn_version = None

# --- nccl: NCCL's headers and library for people who compile.

# Library and headers; frameworks bring their own. A version or prefix ("2.27.*"), "*" for
# any, "none". None: the newest that fits when the box has two or more GPUs and a CUDA
# toolkit.
nccl_version = None

# --- frameworks: One venv per framework, wheels by hash, that fits the box's GPUs.

# Frameworks the box must have, one venv each under /opt/dlbox/venvs; "tensorflow" brings
# Keras. None: PyTorch and TensorFlow, each if it has code for the cards.
frameworks_names = None

# Version or prefix of PyTorch, e.g. "2.9". None: the newest that fits.
frameworks_pytorch = None

# PyTorch's CUDA variant, e.g. "cu126". None: that of the newest release that fits.
frameworks_pytorch_variant = None

# Version or prefix of TensorFlow. None: the newest that fits.
frameworks_tensorflow = None

# Version or prefix of JAX. None: the newest that fits, if it is among the names.
frameworks_jax = None

# JAX's CUDA variant, "cuda12" or "cuda13", which asks for JAX too. None: that of the newest
# release that fits.
frameworks_jax_variant = None

# --- jupyter: JupyterLab on loopback, with a kernel per framework, from boot on.

# JupyterLab as a service, on loopback only; reach it through an SSH tunnel.
jupyter_install = True

# Ordinary user it runs as and whose home it serves; made, without a password, if missing.
jupyter_user = "jupyter"

# TCP port on 127.0.0.1.
jupyter_port = 8888
