"""Gets released source archives through apt or npm, checks them, and unpacks what is wanted.

Nothing of them is in this repository: an archive is what its SHA-256 says, wherever it came from.
Debian's source lists are read from a configuration of our own, made from this machine's, so that
neither root nor a change to the machine is needed.
"""

import dataclasses
import hashlib
import pathlib
import re
import shutil
import subprocess

from toolchain import CannotBuild

CACHE = pathlib.Path(__file__).resolve().parent.parent / "build/bench-real"


@dataclasses.dataclass(frozen=True)
class Debian:
    """An upstream archive as Debian keeps it beside its patches."""
    package: str
    archive: str
    sha256: str

    def download(self, folder):
        done = subprocess.run([*apt_get(), "source", "--download-only", "--only-source", "-qq",
                               self.package], cwd=folder, capture_output=True, text=True)
        return done.stderr

    def __str__(self):
        return f"Debian's source package {self.package}"


@dataclasses.dataclass(frozen=True)
class Npm:
    package: str
    version: str
    sha256: str

    @property
    def archive(self):
        return f"{self.package}-{self.version}.tgz"

    def download(self, folder):
        done = subprocess.run(["npm", "pack", "--silent", f"{self.package}@{self.version}"],
                              cwd=folder, capture_output=True, text=True)
        return done.stderr

    def __str__(self):
        return f"npm's {self.package} {self.version}"


def source_entries(apt=pathlib.Path("/etc/apt")):
    """This machine's package lists, asking for sources; without those of updates, whose upstream
    archives are the same."""
    for path in sorted(apt.glob("sources.list.d/*.sources")):
        for entry in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", entry, re.MULTILINE))
            suites = [suite for suite in fields.get("Suites", "").split() if "-" not in suite]
            if not suites or fields.get("Enabled", "yes") == "no":
                continue
            options = f" [signed-by={fields['Signed-By']}]" if "Signed-By" in fields else ""
            for uri in fields["URIs"].split():
                for suite in suites:
                    yield f"deb-src{options} {uri} {suite} {fields.get('Components', '')}"
    for path in [apt / "sources.list", *sorted(apt.glob("sources.list.d/*.list"))]:
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                found = re.match(r"deb(\s+(?:\[[^]]*\]\s+)?\S+\s+)([^\s-]+)(\s.*)$", line)
                if found:
                    yield "deb-src" + "".join(found.groups())


def apt_get():
    """apt-get with lists of its own; reads them when it has none yet."""
    folder = CACHE / "apt"
    command = ["apt-get"]
    for option in [f"Dir::Etc::sourcelist={folder}/sources.list", "Dir::Etc::sourceparts=/dev/null",
                   f"Dir::State::lists={folder}/lists", f"Dir::Cache={folder}/cache",
                   "APT::Sandbox::User=root"]:
        command += ["-o", option]
    if not any(folder.glob("lists/*Sources*")):
        for part in ["lists/partial", "cache/archives/partial"]:
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "sources.list").write_text("\n".join(source_entries()) + "\n", encoding="utf-8")
        done = subprocess.run([*command, "update", "-qq"], capture_output=True, text=True)
        if not any(folder.glob("lists/*Sources*")):
            raise CannotBuild(f"apt-get update: {last_line(done.stderr)}")
    return command


def last_line(text):
    return (text.strip().splitlines() or ["it does not say why"])[-1]


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def get(origin):
    """The archive on this machine's disk."""
    folder = CACHE / "archives"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / origin.archive
    if path.exists() and checksum(path) == origin.sha256:
        return path
    path.unlink(missing_ok=True)
    try:
        said = origin.download(folder)
    except OSError as error:
        raise CannotBuild(str(error)) from error
    if not path.exists():
        raise CannotBuild(f"no {origin.archive} from {origin}: {last_line(said)}")
    if checksum(path) != origin.sha256:
        raise CannotBuild(f"{origin.archive} is not the one that this benchmark knows")
    return path


def unpack(origin, part):
    """The folder `part` of an archive (its first folder left out); "" is all of it."""
    where = "-".join([origin.package, origin.sha256[:12], *pathlib.Path(part).parts])
    folder = CACHE / "sources" / where
    if not folder.exists():
        # Under another name until all is there.
        new = folder.with_name(where + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        command = ["tar", "-xf", str(get(origin)), "-C", str(new), "--strip-components=1"]
        if part:
            command += ["--wildcards", f"*/{part}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise CannotBuild(f"{origin.archive}: {done.stderr.strip().partition(chr(10))[0]}")
        new.rename(folder)
    return folder / part
