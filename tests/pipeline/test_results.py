"""What a run writes: no path of this machine, nothing half-written after an error.

The same bytes anywhere: test_interruptions.py.
"""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import yaml

from speech_emotion.models.identity import digest
from speech_emotion.portable.model import load

from .project import ROOT, Project


def _outputs(project: Project) -> list[Path]:
    stages = [stage for file in ("dvc.yaml", "demo/dvc.yaml")
              for stage in yaml.safe_load((project / file).read_text("utf-8"))["stages"].values()]
    named = [next(iter(out)) if isinstance(out, dict) else out
             for stage in stages for kind in ("outs", "metrics", "plots") for out in stage.get(kind, [])]
    paths = [project / ("demo/audio" if name == "audio" else name) for name in named]
    return [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]


def test_no_output_names_a_folder_of_this_machine(base: Project) -> None:
    files = _outputs(base)
    assert {"manifest.parquet", "files.parquet", "index.parquet", "synthetic.npy", "model.json", "network-0.weights.h5",
            "split.csv", "predictions.parquet", "history.csv", "evaluate.json", "recall.png"} <= {
                file.name for file in files}
    for file in [*files, base / "dvc.lock", base / "demo/dvc.lock"]:
        content = file.read_bytes()
        if file.suffix == ".parquet":  # compressed: look at what it holds
            table = pyarrow.parquet.read_table(file)
            content = f"{table.to_pylist()} {table.schema.metadata}".encode()
        for folder in (base.folder, base.folder.parent, ROOT, Path.home()):
            assert str(folder).encode() not in content or folder == Path("/"), file


def test_the_model_says_what_it_has_heard(base: Project) -> None:
    document = json.loads((base / "models/model.json").read_text("utf-8"))
    split = pd.read_csv(base / "models/split.csv")
    corpus, = document["provenance"]["corpora"]
    assert (corpus["name"], corpus["synthetic"], corpus["languages"]) == ("synthetic", True, ["en"])
    assert corpus["clips"] == (split["part"] == "train").sum()
    score, = document["provenance"]["validation"]
    assert (score["fold"], score["clips"], score["unheard"]) == (0, (split["part"] == "validation").sum(), True)


def test_the_model_is_there_as_one_file(base: Project) -> None:
    document = json.loads((base / "models/model.json").read_text("utf-8"))
    card = load(base / "models/model.onnx").card
    assert (list(card.labels), card.synthetic) == (document["labels"], True)
    assert (card.document["model"], card.document["scores"]) == (digest(base / "models"), None)


def test_a_misspelt_key_stops_the_first_stage_and_leaves_nothing_behind(fresh: Project) -> None:
    settings = (fresh / "params.yaml").read_text("utf-8")
    assert settings.count("  epochs:") == 1
    (fresh / "params.yaml").write_text(settings.replace("  epochs:", "  epocs:"), "utf-8")
    stopped = fresh.run("dvc", "repro", "ingest")
    assert stopped.returncode != 0
    assert "failed to reproduce 'demo/dvc.yaml:synthesize'" in stopped.stderr, "before any work"
    assert "train_cnn.epocs: unknown key (did you mean 'epochs'?)" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert [path.name for path in fresh.folder.glob("data/*") if path.name != ".gitignore"] == []
    assert not (fresh / "demo/audio").exists()
    assert fresh.leftovers() == []
    assert not (fresh / "dvc.lock").exists()


def test_a_clone_that_has_run_nothing_is_not_told_of_earlier_results(base: Project, tmp_path: Path) -> None:
    (tmp_path / "mate").mkdir()
    clone = base.cloned_to(tmp_path / "mate/project")
    clone.set(evaluate__dpi=5)
    stopped = clone.run("dvc", "repro")
    assert stopped.returncode != 0
    assert "evaluate.dpi: is 5" in stopped.stderr
    assert "dvc checkout" not in stopped.stderr


def test_after_an_error_the_results_that_fit_the_settings_come_back(project: Project) -> None:
    settings = (project / "params.yaml").read_text("utf-8")
    trained = (project / "models/fold-0/network-0.weights.h5").read_bytes()
    project.set(train_cnn__seconds=0.01, train_cnn__augment__time_masks=0)
    stopped = project.run("dvc", "repro")
    assert stopped.returncode != 0
    assert "networks.cnn does not fit train_cnn.seconds" in stopped.stderr
    assert "`dvc checkout` brings it back" in stopped.stderr
    assert not (project / "models").exists(), "DVC removed them"
    project.dvc("checkout")
    assert (project / "models/fold-0/network-0.weights.h5").read_bytes() == trained

    (project / "params.yaml").write_text(settings.replace("min_duration: 0.3", "min_duration: short"), "utf-8")
    stopped = project.run("dvc", "repro")
    assert stopped.returncode != 0
    assert "ingest.min_duration: is 'short', but" in stopped.stderr
    assert project.leftovers() == []
    (project / "params.yaml").write_text(settings, "utf-8")
    assert "ran" not in project.repro().stages.values()
    assert project.git("status", "--porcelain") == ""
    assert project.dvc("status") == "Data and pipelines are up to date.\n"
