"""Host data that pyinfra itself reads.

The names are listed one by one and not by prefix: ``docker_`` as a prefix accepted every
misspelt ``docker_...`` setting. ``tests/unit/settings/test_pyinfra_data.py`` compares the list
with pyinfra's own.
"""

from __future__ import annotations

# Read in AllArguments of pyinfra/api/arguments.py, pyinfra 3.10.
GLOBAL_ARGUMENTS = frozenset(
    {
        *("_sudo", "_sudo_user", "_sudo_password", "_use_sudo_login", "_preserve_sudo_env"),
        *("_su_user", "_su_password", "_su_shell", "_use_su_login", "_preserve_su_env"),
        *("_doas", "_doas_user", "_dzdo", "_dzdo_user"),
        *("_shell_executable", "_chdir", "_env", "_temp_dir", "_success_exit_codes"),
        *("_timeout", "_get_pty", "_stdin", "_if", "_ignore_errors", "_continue_on_error"),
        *("_parallel", "_run_once", "_serial", "_retries", "_retry_delay", "_retry_until"),
    }
)
# Read in ssh.py, docker.py, dockerssh.py, chroot.py and fake.py of pyinfra/connectors, pyinfra 3.10.
CONNECTOR_DATA = frozenset(
    {
        *(
            "ssh_hostname",
            "ssh_port",
            "ssh_user",
            "ssh_password",
            "ssh_key",
            "ssh_key_password",
        ),
        *("ssh_allow_agent", "ssh_look_for_keys", "ssh_forward_agent", "ssh_config_file"),
        *(
            "ssh_known_hosts_file",
            "ssh_strict_host_key_checking",
            "ssh_paramiko_connect_kwargs",
        ),
        *("ssh_connect_retries", "ssh_connect_retry_min_delay", "ssh_connect_retry_max_delay"),
        "ssh_file_transfer_protocol",
        *("docker_identifier", "docker_platform", "docker_architecture"),
        *("docker_image", "docker_container_id"),
        "chroot_directory",
        *("fake_responses", "fake_delay", "fake_delay_jitter"),
    }
)
GENERATION = "_generation"
"""Host data that ``rollback`` passes to its own run: the generation to go back to."""
PYINFRA_DATA = GLOBAL_ARGUMENTS | CONNECTOR_DATA | {GENERATION}
