"""A tree that looks like /proc, with processes that look like other people's work."""

from pathlib import Path


def process(  # one of them
    root: Path,
    pid: int,
    *cgroup: str,
    uid: int = 0,
    line: bytes = b"python3\0train.py\0",
    environ: bytes = b"",
) -> None:
    folder = root / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    fields = " ".join(["S", *["1"] * 18, str(1000 + pid), "0"])
    (folder / "stat").write_text(f"{pid} (python3) {fields}\n")
    (folder / "status").write_text(f"Name:\tpython3\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n")
    (folder / "cmdline").write_bytes(line)
    (folder / "environ").write_bytes(environ)
    (folder / "cgroup").write_text("".join(f"{each}\n" for each in cgroup))
