"""What a process has used so far, as the Linux kernel counts it in /proc."""

import os
from pathlib import Path

MEGABYTE = 1024.0  # in the kilobytes of /proc


def cpu_seconds(pid: int) -> float:
    """Processor time of the process, its threads and its children, to the microsecond where the kernel counts so."""
    return sum(_own_seconds(each) for each in _family(pid))


def pss(pid: int) -> float:
    """Megabytes of the process and its children, shared pages divided by those who share them."""
    return sum(_field(each, "smaps_rollup", "Pss") for each in _family(pid)) / MEGABYTE


def rss(pid: int) -> float:
    """Megabytes that the process itself holds in memory."""
    return _field(pid, "status", "VmRSS") / MEGABYTE


def forget_peak(pid: int) -> None:
    """From now on `peak` counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pid: int) -> float:
    """The most megabytes it held since `forget_peak`; of its children, what they hold now."""
    family = _family(pid)
    return _field(pid, "status", "VmHWM") / MEGABYTE + sum(rss(each) for each in family if each != pid)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for task in _tasks(each):
            children = task / "children"
            if children.exists():
                found += [int(child) for child in children.read_text().split()]
    return found


def _tasks(pid: int) -> list[Path]:
    return sorted(Path(f"/proc/{pid}/task").glob("*"))


def _own_seconds(pid: int) -> float:
    """Threads that have ended are missing from schedstat; none of ours end. Children that ended are in stat."""
    nanoseconds = 0
    for task in _tasks(pid):
        try:
            nanoseconds += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:  # the thread, or the kernel's count, is not there
            continue
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, childrens_user, childrens_system = (int(ticks) for ticks in after_name[11:15])
    ended = (childrens_user + childrens_system) / os.sysconf("SC_CLK_TCK")
    own = nanoseconds / 1e9 or (user + system) / os.sysconf("SC_CLK_TCK")
    return own + ended


def _field(pid: int, file: str, name: str) -> float:
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return float(line.split()[1])
    return 0.0
