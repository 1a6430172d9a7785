"""Audio that may not be passed on stays out of git: where it is written, and what is committed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.corpora import registry
from speech_emotion.inspection.clips import Look
from speech_emotion.inspection.page import write_page
from speech_emotion.sharing import holds_audio, require_ignored
from speech_emotion.testing import write_clip

ROOT = Path(__file__).resolve().parents[1]
Git = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables for git and its hooks: this environment's programs, this tree's library, nobody's settings."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    return {
        **ours, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT / "src"), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


@pytest.fixture
def repository(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A repository that ignores what this project ignores."""
    folder = tmp_path / "a repository"
    folder.mkdir()
    shutil.copy(ROOT / ".gitignore", folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, env=environment, check=True)
    return folder


def _page(path: Path) -> Path:
    samples = np.random.default_rng(1).uniform(-1, 1, 1600).astype(np.float32)
    look = Look("noise", samples, sample_rate=16000, hop_length=160, log_mel=np.zeros((11, 3), np.float32),
                mfcc=np.zeros((11, 2), np.float32), band_centres=np.array([500.0, 1500.0, 3500.0]))
    write_page([look], path)
    return path


@pytest.mark.parametrize("name", ["ravdess", "tess", "savee", "folder", "table", "somebody's own", None])
def test_audio_of_restricted_and_of_unknown_origin_goes_only_where_git_ignores_it(
    name: str | None, repository: Path, tmp_path: Path
) -> None:
    for tracked in ("look.html", "new/folder/look.html", "docs/inspect.html", "data/look.html"):
        with pytest.raises(UserError, match=f"{tracked}: git would take along audio") as caught:
            require_ignored(repository / tracked, ["synthetic", name])
        assert (name or "an unknown corpus") in str(caught.value)
        assert "synthetic" not in str(caught.value)
    for ignored in ("inspect.html", "inspect.png", "data/raw/ravdess", "data/raw/new/clip.wav", "dvc_plots/look.html"):
        require_ignored(repository / ignored, [name])
    require_ignored(tmp_path / "look.html", [name])


def test_a_relative_path_and_one_through_a_link(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(repository)
    monkeypatch.chdir(repository)
    for tracked in (Path("look.html"), Path("../link/look.html"), tmp_path / "link/new/look.html"):
        with pytest.raises(UserError, match="git would take along"):
            require_ignored(tracked, ["savee"])
    require_ignored(Path("../link/inspect.html"), ["savee"])
    require_ignored(Path("../look.html"), ["savee"])


def test_a_place_that_git_tracks_though_it_ignores_the_like(repository: Path, environment: dict[str, str]) -> None:
    (repository / "inspect.html").write_text("tracked")
    subprocess.run(["git", "add", "--force", "inspect.html"], cwd=repository, env=environment, check=True)
    with pytest.raises(UserError, match="git would take along"):
        require_ignored(repository / "inspect.html", ["savee"])


def test_free_corpora_may_lie_anywhere(repository: Path) -> None:
    free = [name for name, corpus in registry.CORPORA.items() if corpus.redistributable]
    assert free == ["synthetic", "crema_d", "emodb"]
    require_ignored(repository / "look.html", free)


def test_what_holds_audio(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.wav")
    assert holds_audio(clip)
    assert holds_audio(clip.rename(tmp_path / "notes.md"))
    (tmp_path / "empty.m4a").touch()
    assert holds_audio(tmp_path / "empty.m4a")
    assert holds_audio(_page(tmp_path / "look.html").rename(tmp_path / "look.txt"))
    for file in ROOT.glob("*.*"):
        assert not (file.is_file() and holds_audio(file)), file
    assert not holds_audio(ROOT / "src/speech_emotion/inspection/page.py"), "which writes such pages"


@pytest.fixture
def hooked(repository: Path, environment: dict[str, str]) -> Git:
    """A function that runs a program in a repository in which the project's hooks are switched on."""

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, cwd=repository, env=environment, text=True, capture_output=True, check=False)

    shutil.copy(ROOT / ".pre-commit-config.yaml", repository)
    shutil.copy(ROOT / "pyproject.toml", repository)
    # As the README says.
    assert "`pre-commit install`" in (ROOT / "README.md").read_text("utf-8")
    installed = run("pre-commit", "install")
    assert installed.returncode == 0, installed.stderr
    return run


@pytest.mark.parametrize(("name", "make", "said"), [
    ("notes.md", write_clip, "notes.md: audio does not belong in git"),
    ("look.txt", _page, "look.txt: audio does not belong in git"),
    ("table.csv", lambda path: path.write_bytes(b"1,2\n" * 260_000), "table.csv (1016 KB) exceeds 1000 KB"),
    ("slip.py", lambda path: path.write_text("import os\n"), "F401"),
])
def test_a_commit_is_refused(
    name: str, make: Callable[[Path], Any], said: str, hooked: Git, repository: Path
) -> None:
    wav = repository / "made.wav" if make is write_clip else repository / name
    make(wav)
    wav.rename(repository / name)
    assert hooked("git", "add", "--all").returncode == 0
    stopped = hooked("git", "commit", "--message", "more")
    assert stopped.returncode != 0
    assert said in stopped.stdout + stopped.stderr
    assert "Traceback" not in stopped.stdout + stopped.stderr
    assert hooked("git", "log").returncode != 0, "nothing is committed"
    # And with what was wrong left out:
    assert hooked("git", "rm", "--quiet", "--cached", name).returncode == 0
    assert hooked("git", "commit", "--message", "less").returncode == 0


def test_a_clean_commit_passes_and_fetches_nothing(hooked: Git, repository: Path, environment: dict[str, str]) -> None:
    (repository / "fine.py").write_text('"""Fine."""\n')
    assert hooked("git", "add", "--all").returncode == 0
    done = hooked("git", "commit", "--message", "fine")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("Passed") == 3
    assert [path.name for path in Path(environment["PRE_COMMIT_HOME"]).iterdir() if path.is_dir()] == []
