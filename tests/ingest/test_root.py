"""What is said of the folder that is ingested."""

from pathlib import Path

import pytest

from speech_emotion.ingest.root import notice


@pytest.mark.parametrize("root", ["demo/audio", "data/raw", ".", "./data/../data/raw", "..data", "/mnt/corpora",
                                  "/mnt/../corpora"])
def test_nothing_where_every_copy_of_the_project_leads(root: str) -> None:
    assert notice(root) is None


@pytest.mark.parametrize("root", ["..", "../corpora", "data/../../corpora"])
def test_the_absolute_path_where_only_this_folder_leads(
    root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = notice(root)
    assert said
    assert said.startswith(f"ingest.root: {root} leads out of the project")
    assert said.endswith(f"give {(tmp_path.parent if root == '..' else tmp_path.parent / 'corpora')}")
