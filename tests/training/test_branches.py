"""Several branches, each of a set of features of its own, are trained apart and become one model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from speech_emotion import predictions
from speech_emotion.core.errors import UserError
from speech_emotion.models.bundle import load, load_branches
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.fusion import Fusion
from speech_emotion.predictions import Predictions
from speech_emotion.store import FeatureStore, Writer
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")
EXTRA = {"num_networks": 0, "statistics": "mean", "baseline_shrinkage": 0.3, "baseline_only": []}


def outputs(folder: Path, memo: Path | None = None) -> Outputs:
    return Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv", None, memo)


def table(folder: Path) -> pd.DataFrame:
    made: Predictions = predictions.read(folder / "predictions.parquet")
    return made.table.sort_values(["fold", "part", "clip_id"], ignore_index=True)


def probabilities(rows: pd.DataFrame) -> np.ndarray:
    return rows[[f"p_{label}" for label in LABELS]].to_numpy(np.float64)


@pytest.fixture(scope="module")
def two_sets(make_store: Make, features: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store with a further set of features."""
    folder = tmp_path_factory.mktemp("two") / "features"
    make_store(folder, [(clip, "", frames) for clip, frames in features.items()])
    (folder / "extra").mkdir()
    random = np.random.default_rng(7)
    with Writer(folder / "extra", ["x", "y", "z"], 100.0, {"features": {"encoder": {
            "name": "tiny", "sha256": "0" * 64, "licence": "MIT", "trained_on": "nothing", "layers": [1],
            "emotion_corpora": ["toy", "other"]}}}) as writer:
        for clip, frames in features.items():
            writer.add("toy", clip, "", (frames[:, :3] + random.normal(0, 1, 3)).astype(np.float32))
    return FeatureStore(folder)


def test_a_model_of_branches_is_what_fuses_models_that_are_trained_apart(
    clips: Any, two_sets: Any, tiny: Make, tiny_networks: Make, digests: Make, tmp_path: Path
) -> None:
    settings = {"split__protocol": "speaker_kfold", "split__folds": 2, "fusion": "validation"}
    said = train(clips, two_sets, tiny(branches={"extra": EXTRA}, calibration="temperature", **settings),
                 tiny_networks(), outputs(tmp_path / "both"))
    train(clips, two_sets, tiny(**settings), tiny_networks(), outputs(tmp_path / "main"))
    train(clips, two_sets.branch("extra"), tiny(**settings, **EXTRA), tiny_networks(), outputs(tmp_path / "extra"))
    both, main, extra = (table(tmp_path / name) for name in ("both", "main", "extra"))
    origin = predictions.read(tmp_path / "both/predictions.parquet").origin
    [used] = origin.encoders
    assert (used.branch, used.name, used.layers, used.heard) == ("extra", "tiny", (1,), ("toy",)), "what it has heard"

    for fold in (0, 1):
        fusion = Fusion.load(tmp_path / f"both/models/fold-{fold}")
        of_fold = {name: rows[rows["fold"] == fold] for name, rows in (("main", main), ("extra", extra))}
        apart = {name: probabilities(rows) for name, rows in of_fold.items()}
        calibration = Calibration.load(tmp_path / f"both/models/fold-{fold}")
        assert origin.temperatures[fold] == calibration.temperature != 1
        np.testing.assert_allclose(probabilities(both[both["fold"] == fold]), calibration(fusion(apart)), atol=1e-12)
        validation = {name: probabilities(rows[rows["part"] == "validation"]) for name, rows in of_fold.items()}
        true = main.loc[(main["fold"] == fold) & (main["part"] == "validation"), "label"]
        truth = np.array([LABELS.index(label) for label in true])
        assert Fusion.fit(validation, truth, "validation") == fusion
        assert Calibration.fit(truth, fusion(validation), applied=True) == calibration, "of the whole model"
        assert f"fold {fold}: main " in said
        assert f"fold {fold}: probabilities with a temperature of {calibration.temperature:.3g}" in said
    assert both["baseline"].tolist() == main["baseline"].tolist()

    def weights(folder: str) -> dict[str, str]:
        return {name: digest for name, digest in digests(tmp_path / folder).items()
                if name.startswith("fold-") and not name.endswith(("fusion.json", "calibration.json"))}

    assert weights("both/models") == weights("main/models")
    assert weights("both/models/branches/extra") == weights("extra/models")
    bundles, branches, fusions, calibrations = load_branches(tmp_path / "both/models")
    assert (len(bundles), len(branches["extra"]), len(fusions)) == (2, 2, 2)
    assert branches["extra"][1].blueprint.statistics == "mean"
    [one], of_branch, [its], [temperature] = load_branches(tmp_path / "both/models/fold-1")
    assert (its, temperature) == (fusions[1], calibrations[1])
    np.testing.assert_array_equal(of_branch["extra"][0].baseline.weights, branches["extra"][1].baseline.weights)
    np.testing.assert_array_equal(one.baseline.weights, bundles[1].baseline.weights)
    # Without branches nothing is fused.
    assert not list((tmp_path / "main/models").rglob("fusion.json"))
    assert len(load(tmp_path / "main/models")) == 2
    _, *none, [not_applied, _] = load_branches(tmp_path / "main/models")
    assert none == [{}, []]
    assert not not_applied.applied


def test_validation_alone_decides_how_branches_are_fused(
    clips: Any, features: Any, two_sets: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    settings, memo = tiny(branches={"extra": EXTRA}, fusion="validation"), tmp_path / "memo"
    train(clips, two_sets, settings, tiny_networks(), outputs(tmp_path / "as-it-was", memo))
    rows = table(tmp_path / "as-it-was")
    tested = set(rows.loc[rows["part"] == "test", "clip_id"])
    relabelled = clips.assign(label=[LABELS[(LABELS.index(label) + 1) % 3] if clip in tested else label for clip, label
                                     in zip(clips["clip_id"], clips["label"], strict=True)])
    said = train(relabelled, two_sets, settings, tiny_networks(), outputs(tmp_path / "relabelled", memo))
    assert "networks: 0 trained, 1 reused" in said, "what it learns from is the same"
    assert Fusion.load(tmp_path / "as-it-was/models/fold-0") == Fusion.load(tmp_path / "relabelled/models/fold-0")


def test_features_that_are_not_there(clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no features for the branch extra; .*extract_mfcc\.branches\.extra"):
        train(clips, store, tiny(branches={"extra": EXTRA}), tiny_networks(), outputs(tmp_path))


@pytest.mark.parametrize(("branches", "where"), [
    ({"Extra": {}}, "branches.Extra"), ({"main": {}}, "must not be called main"),
    ({"extra": {"seed": 3}}, r"branches.extra.seed\n  is the same for all"),
    ({"extra": {"epochs": 0}}, r"branches.extra.epochs"), ({"extra": {"epoch": 3}}, r"branches.extra.epoch\n"),
    ({"extra": {"network": {"filters": []}}}, r"branches.extra.network"),
])
def test_settings_that_cannot_be(branches: dict[str, Any], where: str, tiny: Make) -> None:
    with pytest.raises(ValidationError, match=where):
        tiny(branches=branches)


def test_a_branch_has_a_network_of_its_own_shape(
    clips: Any, two_sets: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    shape = {**tiny_networks().of("cnn").model_dump(), "filters": [2]}
    changes = {**EXTRA, "num_networks": 1, "network": shape}
    settings = tiny(num_networks=0, epochs=1, branches={"extra": changes})
    train(clips, two_sets, settings, tiny_networks(), outputs(tmp_path))
    of_branch, of_main = (load(tmp_path / folder)[0].blueprint for folder in ("models/branches/extra", "models"))
    assert of_branch.network_settings["filters"] == [2]
    assert of_main.network_settings["filters"] != [2]
    assert of_branch.columns == ("x", "y", "z")


def test_branches_have_a_network_of_their_own_kind(
    clips: Any, two_sets: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    changes = {**EXTRA, "num_networks": 1, "network": {"filters": 2, "kernel_size": 2, "levels": 2, "dropout": 0.0}}
    settings = tiny(epochs=1, branch_model="tim_net", branches={"extra": changes})
    train(clips, two_sets, settings, tiny_networks(), outputs(tmp_path))
    of_branch, of_main = (load(tmp_path / folder)[0].blueprint for folder in ("models/branches/extra", "models"))
    assert (of_main.network, of_branch.network) == ("cnn", "tim_net")
    assert of_branch.network_settings == changes["network"]
    written = predictions.read(tmp_path / "predictions.parquet").origin.settings["networks"]
    assert written == {"cnn": of_main.network_settings, "tim_net": of_branch.network_settings}
