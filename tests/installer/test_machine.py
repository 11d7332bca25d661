"""What set-up finds out about a machine, and what it asks of the system."""

import platform
import shutil
import sys
from pathlib import Path

import pytest

from scripts.installer import debian, machine
from scripts.installer.debian import Need
from scripts.installer.errors import SetupError


@pytest.fixture
def commands(tmp_path, monkeypatch) -> Path:
    """The only folder that commands are found in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def write_command(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!{shutil.which('sh', path='/bin:/usr/bin')}\n{body}\n")
    path.chmod(0o755)


class TestDetectFlavour:
    def test_without_nvidia_smi_it_is_cpu(self, commands):
        assert machine.detect_flavour() == "cpu"

    def test_a_listed_gpu_makes_it_gpu(self, commands):
        write_command(commands, "nvidia-smi", 'echo "GPU 0: NVIDIA H100 (UUID: GPU-1)"')
        assert machine.detect_flavour() == "gpu"

    def test_a_driver_without_gpu_is_cpu(self, commands):
        write_command(commands, "nvidia-smi", 'echo "No devices were found"')
        assert machine.detect_flavour() == "cpu"

    def test_a_broken_driver_is_cpu(self, commands):
        write_command(commands, "nvidia-smi", 'echo "GPU 0: cannot be reached"; exit 9')
        assert machine.detect_flavour() == "cpu"


class TestRequirements:
    def test_engines_need_the_locks_platform(self, monkeypatch):
        monkeypatch.setattr(platform, "machine", lambda: "arm64")
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(SetupError, match="darwin on arm64") as caught:
            machine.require_platform("cpu")
        assert "scripts/setup light" in caught.value.hint

    def test_light_is_for_all(self, monkeypatch):
        monkeypatch.setattr(platform, "machine", lambda: "arm64")
        machine.require_platform("light")

    def test_too_little_disk_says_how_much_is_needed(self, tmp_path, monkeypatch):
        usage = shutil.disk_usage(tmp_path)._replace(free=5_000_000_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
        machine.require_disk(tmp_path, "light", dev=False)
        with pytest.raises(SetupError, match=r"5\.0 GB are free .* takes 6"):
            machine.require_disk(tmp_path, "cpu", dev=False)


class TestProvide:
    def need(self, installed: Path) -> Need:
        return Need("chromium", "to look", installed.exists, "Or go without.")

    def test_nothing_is_done_when_all_is_there(self, tmp_path, commands):
        debian.provide([self.need(tmp_path)], tmp_path / "log")

    def test_without_apt_it_says_what_to_install(self, tmp_path, commands):
        with pytest.raises(SetupError, match=r"chromium \(to look\)") as caught:
            debian.provide([self.need(tmp_path / "absent")], tmp_path / "log")
        assert "apt-get install chromium" in caught.value.hint
        assert "Or go without." in caught.value.hint

    def test_root_installs(self, tmp_path, commands, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 0)
        installed = tmp_path / "installed"
        write_command(commands, "apt-get", f'echo "$@" >> {installed}')
        debian.provide([self.need(installed)], tmp_path / "log")
        update, install = installed.read_text().splitlines()
        assert update.startswith("update")
        assert install.endswith("chromium")

    def test_others_install_by_sudo_without_a_password(self, tmp_path, commands, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        installed = tmp_path / "installed"
        write_command(commands, "apt-get", "exit 1")
        write_command(commands, "sudo", f'[ "$2" = true ] || printf "%s\\n" "$*" >> {installed}')
        debian.provide([self.need(installed)], tmp_path / "log")
        assert installed.read_text().splitlines()[1].startswith("-n apt-get install")

    def test_nobody_is_asked_for_a_password(self, tmp_path, commands, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        write_command(commands, "apt-get", "exit 0")
        write_command(commands, "sudo", "exit 1")
        with pytest.raises(SetupError, match="Missing on this machine"):
            debian.provide([self.need(tmp_path / "absent")], tmp_path / "log")

    def test_a_failed_installation_names_its_log(self, tmp_path, commands, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 0)
        write_command(commands, "apt-get", "exit 100")
        with pytest.raises(SetupError, match="could not install chromium") as caught:
            debian.provide([self.need(tmp_path / "absent")], tmp_path / "log")
        assert str(tmp_path / "log") in caught.value.hint


class TestCompiler:
    def test_without_one_it_names_what_triton_needs(self, tmp_path, commands, monkeypatch):
        monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
        absent = [need.package for need in debian.compiler() if not need.is_there()]
        assert {"gcc", f"python3.{sys.version_info.minor}-dev"} <= set(absent)

    def test_any_compiler_and_the_headers_do(self, tmp_path, commands, monkeypatch):
        monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
        (tmp_path / "Python.h").touch()
        write_command(commands, "clang", "exit 0")
        absent = [need.package for need in debian.compiler() if not need.is_there()]
        assert set(absent) <= {"libc6-dev"}
