"""What is put on record of the machine that trains."""

import json
import socket
from pathlib import Path

import pytest

from speech_emotion.core import processor
from speech_emotion.training import machine

CPUINFO = """processor\t: 0
model name\t: Toy(R) 3000 CPU @ 2.10GHz
cpu MHz\t\t: 2100.012
flags\t\t: fpu sse4_2 avx2 avx512f rdrand amx_bf16

processor\t: 1
model name\t: another
"""


def test_it_names_what_libraries_may_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cpuinfo").write_text(CPUINFO)
    monkeypatch.setattr(processor, "_CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=/home/ann")  # which is of no use to others
    said = machine.described()
    assert said.pop("architecture")
    assert said == {"processor": "Toy(R) 3000 CPU @ 2.10GHz", "instructions": ["amx_bf16", "avx2", "avx512f", "sse4_2"],
                    "limited_by": {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "threads": 1}


def test_it_is_the_same_each_time_and_names_no_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.described() == machine.described()
    assert socket.gethostname() not in json.dumps(machine.described())
    monkeypatch.setattr(processor, "_CPUINFO", tmp_path / "none")
    assert machine.described()["processor"] == ""
