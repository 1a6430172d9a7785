"""Training: the same bytes twice, learning what can be learnt, from the training part alone."""

import importlib.metadata
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion import predictions
from speech_emotion.core import processor
from speech_emotion.core.errors import UserError
from speech_emotion.evaluation.history import read_history
from speech_emotion.evaluation.metrics import uar
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.bundle import Bundle, load
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.provenance import CorpusUse, Provenance, ValidationScore
from speech_emotion.protocol import splits
from speech_emotion.store import FeatureStore, Writer
from speech_emotion.temperature import softened
from speech_emotion.training import machine
from speech_emotion.training.folds import Fold, train_fold
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
Features = dict[str, np.ndarray]
LABELS = ("anger", "neutral", "sadness")


def members(clips: pd.DataFrame, settings: Any) -> pd.DataFrame:
    split = splits.make(clips, settings.split, settings.seed)
    return split[split["fold"] == 0].merge(clips[["clip_id", "corpus", "speaker", "label"]], on="clip_id")


def blueprint(store: Any, settings: Any, network: Any) -> Blueprint:
    return Blueprint(
        labels=LABELS, columns=tuple(store.columns), frame_rate=store.frame_rate, recipe=store.recipe,
        window_frames=round(settings.seconds * store.frame_rate), network="cnn",
        network_settings=network.model_dump(mode="json"), training={}, provenance=Provenance((), min_duration=0.3),
    )


@pytest.fixture
def fit_fold(tiny_network: Make) -> Make:
    """A function that trains fold 0, with changes of the network."""

    def fitted(rows: pd.DataFrame, store: Any, settings: Any, **network: Any) -> Fold:
        return train_fold(rows, store, blueprint(store, settings, tiny_network(**network)), settings, fold=0)

    return fitted


@pytest.fixture(scope="module")
def plain(clips: Any, store: Any, tiny: Make, tiny_network: Make) -> Bundle:
    """The model of fold 0 after one epoch."""
    settings = tiny(epochs=1)
    made = blueprint(store, settings, tiny_network())
    return train_fold(members(clips, settings), store, made, settings, fold=0).bundle


def outputs(folder: Path, live: Path | None = None) -> Outputs:
    return Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv", live)


def equal_weights(one: Bundle, other: Bundle) -> bool:
    pairs = zip(one.networks[0].get_weights(), other.networks[0].get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.fixture(scope="module")
def settings(tiny: Make) -> Any:
    """Settings of `run`."""
    return tiny(split__protocol="speaker_kfold", split__folds=2, augment__noise=0.1, baseline_share=0.0)


@pytest.fixture(scope="module")
def networks(tiny_networks: Make) -> Any:
    """Settings of its networks."""
    return tiny_networks(dropout=0.3)


@pytest.fixture(scope="module")
def run(
    clips: Any, store: Any, settings: Any, networks: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder of one training of two folds, and what it said."""
    folder = tmp_path_factory.mktemp("run")
    return folder, train(clips, store, settings, networks, outputs(folder))


def test_two_runs_give_the_same_bytes_of_every_file(
    run: tuple[Path, str], clips: Any, store: Any, settings: Any, networks: Any, tmp_path: Path, digests: Make
) -> None:
    folder, first = run
    again = train(clips.sample(frac=1, random_state=0), store, settings, networks,
                  outputs(tmp_path / "b", tmp_path / "live"))
    assert digests(folder) == digests(tmp_path / "b")
    assert sorted(digests(folder)) == [
        "history.csv",
        *(f"models/fold-{fold}/{name}" for fold in (0, 1)
          for name in ("baseline.npy", "calibration.json", "network-0.weights.h5", "normalisation.json",
                       "trained-on.json")),
        "models/model.json", "models/split.csv", "predictions.parquet",
    ]
    of_machine = json.loads((folder / "models/fold-1/trained-on.json").read_text())
    assert of_machine == {"networks": [machine.described()], "baseline": machine.described()}
    assert first == again
    assert "speaker_kfold, 2 folds, 36 clips of 6 speakers, 3 labels" in first
    # DVCLive's files are beside, one folder per fold.
    assert sorted(path.name for path in (tmp_path / "live").iterdir()) == ["fold-0", "fold-1"]

    split = pd.read_csv(tmp_path / "b/models/split.csv")
    made = splits.make(clips, settings.split, settings.seed)
    pd.testing.assert_frame_equal(split, made.astype(split.dtypes.to_dict()), check_dtype=False)
    history = read_history(tmp_path / "b/history.csv")
    assert list(history)[:4] == ["fold", "network", "epoch", "kept"]
    assert history.groupby("fold")["epoch"].apply(list).tolist() == [[1, 2, 3], [1, 2, 3]]
    assert [bundle.blueprint.labels for bundle in load(tmp_path / "b/models")] == [LABELS, LABELS]


def test_another_seed_gives_another_network(
    plain: Bundle, clips: Any, store: Any, tiny: Make, fit_fold: Make
) -> None:
    settings = tiny(epochs=1)
    other = fit_fold(members(clips, settings), store, settings.model_copy(update={"seed": settings.seed + 1})).bundle
    assert not equal_weights(plain, other)


def test_predictions_are_of_each_folds_own_model_on_its_validation_and_test_parts(
    run: tuple[Path, str], clips: Any, store: Any, settings: Any, networks: Any
) -> None:
    folder, _ = run
    written = predictions.read(folder / "predictions.parquet")
    assert written.origin.labels == LABELS
    assert (written.origin.protocol, written.origin.speaker_independent, written.origin.seed) == (
        "speaker_kfold", True, settings.seed)
    assert written.origin.settings["train_cnn"] == settings.model_dump(mode="json", exclude={"scheduler"})
    assert written.origin.settings["networks"] == {"cnn": networks.of("cnn").model_dump(mode="json")}
    assert written.origin.settings["extract_mfcc"] == store.recipe
    assert written.origin.made_with["keras"] == importlib.metadata.version("keras")
    assert written.origin.made_with["processor"] == processor.name()

    split = splits.make(clips, settings.split, settings.seed)
    expected = split[split["part"] != "train"].set_index(["fold", "clip_id"])["part"].to_dict()
    rows = written.table
    assert dict(zip(zip(rows["fold"], rows["clip_id"], strict=True), rows["part"], strict=True)) == expected
    about = clips.set_index("clip_id")["label"]
    assert rows["label"].tolist() == about.loc[rows["clip_id"]].tolist()
    probabilities = rows[[f"p_{label}" for label in LABELS]].to_numpy(dtype=float)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    for fold, bundle in enumerate(load(folder / "models")):
        own = np.flatnonzero(rows["fold"] == fold)
        clips_of_fold = [store.frames(clip) for clip in rows["clip_id"].iloc[own]]
        np.testing.assert_allclose(probabilities[own], bundle.probabilities(clips_of_fold), atol=1e-6)
        head, offset = map(np.asarray, bundle.networks[0].get_layer("logits").weights)
        embeddings = np.stack(rows["embedding"].iloc[own].to_list())
        logits = rows[[f"logit_{label}" for label in LABELS]].to_numpy(dtype=float)[own]
        np.testing.assert_allclose(logits, embeddings @ head + offset, atol=1e-5)
    tested = written.part("test")
    assert sorted(tested["clip_id"]) == sorted(clips["clip_id"]), "each clip is tested in one fold"
    best = tested[[f"p_{label}" for label in LABELS]].to_numpy(dtype=float).argmax(axis=1)
    assert tested["predicted"].tolist() == [LABELS[which] for which in best]


def test_it_learns_what_can_be_learnt(clips: Any, store: Any, tiny: Make, fit_fold: Make) -> None:
    settings = tiny(epochs=40, lr=0.02, early_stopping=0)
    done = fit_fold(members(clips, settings), store, settings, filters=[8], dense=8)
    test = done.predictions[done.predictions["part"] == "test"]
    best = test[[f"p_{label}" for label in LABELS]].to_numpy().argmax(axis=1)
    assert (np.array(LABELS)[best] == test["label"].to_numpy(dtype=str)).mean() >= 0.9
    assert done.history["val_loss"].min() < done.history["val_loss"].iloc[0]


def test_early_stopping_keeps_the_best_epoch(clips: Any, store: Any, tiny: Make, fit_fold: Make) -> None:
    settings = tiny(epochs=60, lr=0.3, early_stopping=2, lr_schedule="constant", label_smoothing=0.0)
    done = fit_fold(members(clips, settings), store, settings)
    history = done.history
    assert len(history) < 60
    assert len(history) == history["val_loss"].argmin() + 1 + 2
    validation = done.predictions[done.predictions["part"] == "validation"]
    best = validation[[f"p_{label}" for label in LABELS]].to_numpy().argmax(axis=1)
    accuracy = (np.array(LABELS)[best] == validation["label"].to_numpy(dtype=str)).mean()
    chosen = history.loc[history["val_loss"].idxmin(), "val_accuracy"]
    assert accuracy == pytest.approx(chosen, abs=0.35)  # Keras counts windows, predictions clips


def test_only_the_training_part_is_normalised_by_and_test_clips_are_not_looked_at(
    plain: Bundle, clips: Any, features: Features, make_store: Make, tiny: Make, fit_fold: Make, tmp_path: Path
) -> None:
    settings = tiny(epochs=1)
    rows = members(clips, settings)

    def trained(part: str) -> Bundle:
        changed = set(rows.loc[rows["part"] == part, "clip_id"])
        given = [(clip, "", frames * (50 if clip in changed else 1)) for clip, frames in features.items()]
        bundle: Bundle = fit_fold(rows, make_store(tmp_path / part, given), settings).bundle
        return bundle

    expected = Normalisation.fit([features[clip] for clip in rows.loc[rows["part"] == "train", "clip_id"]])
    np.testing.assert_array_equal(plain.normalisation.mean, expected.mean)
    np.testing.assert_array_equal(plain.normalisation.std, expected.std)
    for part in ("test", "validation"):
        other = trained(part)
        np.testing.assert_array_equal(other.normalisation.mean, plain.normalisation.mean)
        # With a single epoch there is none to choose, so the validation part changes nothing either.
        assert equal_weights(other, plain)
    assert not equal_weights(trained("train"), plain)


def test_views_are_for_training_only(
    plain: Bundle, clips: Any, features: Features, make_store: Make, tiny: Make, fit_fold: Make, tmp_path: Path
) -> None:
    settings = tiny(epochs=1)
    rows = members(clips, settings)
    parts = dict(zip(rows["clip_id"], rows["part"], strict=True))

    def trained(name: str, viewed: set[str]) -> Bundle:
        given = [(clip, "", frames) for clip, frames in features.items()]
        given += [(clip, "speed_0.9", features[clip] * np.float32(1.5)) for clip in features if parts[clip] in viewed]
        bundle: Bundle = fit_fold(rows, make_store(tmp_path / name, given), settings).bundle
        return bundle

    seen = trained("train", {"train"})
    assert not equal_weights(plain, seen)
    train_clips = [clip for clip, part in parts.items() if part == "train"]
    expected = Normalisation.fit([features[clip] * factor for clip in train_clips for factor in (1, np.float32(1.5))])
    np.testing.assert_allclose(seen.normalisation.mean, expected.mean, rtol=1e-6)
    assert equal_weights(trained("others", {"validation", "test"}), plain)
    assert equal_weights(trained("all", {"train", "validation", "test"}), seen)


def test_a_fold_may_have_several_networks_of_different_seeds(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    for name, count in (("one", 1), ("two", 2)):
        said = train(clips, store, tiny(num_networks=count), tiny_networks(), outputs(tmp_path / name))
    assert "fold 0, network 1: 3 epochs, best" in said
    weights = [(tmp_path / f"two/models/fold-0/network-{number}.weights.h5").read_bytes() for number in range(2)]
    assert len(set(weights)) == 2
    # More networks leave the first as it is.
    assert (tmp_path / "one/models/fold-0/network-0.weights.h5").read_bytes() == weights[0]
    history = read_history(tmp_path / "two/history.csv")
    assert history.groupby("network")["epoch"].apply(list).tolist() == [[1, 2, 3]] * 2
    assert history.groupby("network")["kept"].sum().tolist() == [1, 1]
    written = predictions.read(tmp_path / "two/predictions.parquet").table
    assert {len(embedding) for embedding in written["embedding"]} == {2 * tiny_networks().of("cnn").dense}


def test_clips_are_judged_at_the_speeds_of_their_views(
    clips: Any, features: Features, make_store: Make, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    views = {"": 1.0, "noise-20dB": 3.0, "speed-0.9": 1.5, "speed-1.1": 0.5}
    given = [(clip, view, frames * np.float32(factor)) for clip, frames in features.items()
             for view, factor in views.items()]
    store = make_store(tmp_path / "features", given)
    names = [f"p_{label}" for label in LABELS]
    for average, judged in ((True, ["", "speed-0.9", "speed-1.1"]), (False, [""])):
        train(clips, store, tiny(average_speeds=average), tiny_networks(),
              Outputs(*(tmp_path / name for name in ("models", "predictions.parquet", "history.csv")),
                      memo=tmp_path / "memo"))  # which changes no byte, and nothing is trained twice
        (bundle,) = load(tmp_path / "models")
        assert bundle.blueprint.views == tuple(judged)
        rows = predictions.read(tmp_path / "predictions.parquet").table
        each = [bundle.probabilities([store.frames(clip, view) for clip in rows["clip_id"]]) for view in judged]
        np.testing.assert_allclose(rows[names].to_numpy(dtype=float), np.mean(each, axis=0), atol=1e-6)


def test_the_last_epoch_is_kept_on_request(clips: Any, store: Any, tiny: Make, fit_fold: Make) -> None:
    settings = tiny(epochs=8, lr=0.5, lr_schedule="constant", keep="last")
    history = fit_fold(members(clips, settings), store, settings).history
    assert history["kept"].tolist() == [False] * 7 + [True]


@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau"])
def test_every_learning_rate_schedule(
    schedule: str, clips: Any, store: Any, tiny: Make, fit_fold: Make
) -> None:
    settings = tiny(epochs=6, lr=0.9, lr_schedule=schedule, early_stopping=3)
    done = fit_fold(members(clips, settings), store, settings)
    bundle, history = done.bundle, done.history
    assert np.isfinite(history["val_loss"]).all()
    rate = float(bundle.networks[0].optimizer.learning_rate)
    if schedule == "constant":
        assert rate == pytest.approx(0.9)
    elif schedule == "plateau":
        assert history["learning_rate"].iloc[0] == pytest.approx(0.9)
        assert (history["learning_rate"].diff().dropna() <= 0).all()
    else:
        assert rate < 0.9


def test_each_new_step_trains_another_network_and_the_same_one_again(
    clips: Any, features: Features, tiny: Make, fit_fold: Make, tmp_path: Path
) -> None:
    (tmp_path / "features").mkdir()
    recipe = {"sample_rate": 16000, "features": {"mfcc": {
        "n_mels": 8, "fmin": 0.0, "fmax": 8000.0, "mel_scale": "slaney", "n_mfcc": 4, "lifter": 0.0}}}
    with Writer(tmp_path / "features", [f"mfcc_{index}" for index in range(4)], 100.0, recipe) as writer:
        for clip, frames in sorted(features.items()):
            writer.add("toy", clip, "", frames)
    store, rows = FeatureStore(tmp_path / "features"), members(clips, tiny())

    def trained(**changes: float) -> Bundle:
        bundle: Bundle = fit_fold(rows, store, tiny(epochs=1, **changes)).bundle
        return bundle

    steps: dict[str, float] = {}
    before = trained()
    for step in ("gain_db", "tilt_db", "frequency_warp", "mixup"):
        steps[f"augment__{step}"] = 0.3
        one_more = trained(**steps)
        assert not equal_weights(one_more, before), step
        before = one_more
    assert equal_weights(trained(**steps), before)


def test_labels_are_relabelled_and_left_out_clips_named(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    settings = tiny(num_networks=0, labels={"high": ["anger"], "low": ["sadness"]})
    said = train(clips, store, settings, tiny_networks(), outputs(tmp_path))
    assert "left out by labels: 12 neutral" in said
    assert load(tmp_path / "models")[0].blueprint.labels == ("high", "low")
    assert len(pd.read_csv(tmp_path / "models/split.csv")) == 24
    assert set(predictions.read(tmp_path / "predictions.parquet").table["label"]) == {"high", "low"}


@pytest.mark.parametrize(("protocol", "validation", "written"), [
    ("speaker_holdout", "speakers", "speakers"), ("speaker_holdout", "statements", "statements"),
    ("random_kfold", "speakers", "clips"),
])
def test_it_is_written_by_what_the_epoch_was_chosen(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path, protocol: str, validation: str,
    written: str,
) -> None:
    settings = tiny(num_networks=0, split__protocol=protocol, split__validation=validation, split__folds=2)
    said = train(clips, store, settings, tiny_networks(), outputs(tmp_path))
    assert predictions.read(tmp_path / "predictions.parquet").origin.validation == written
    assert ("the validation part holds other sentences of the speakers that are trained on" in said) == (
        written == "statements")


def test_the_baseline_stands_beside_the_network_and_alone(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    both = tiny(baseline_share=0.5)
    train(clips, store, both, tiny_networks(), outputs(tmp_path / "both"))
    alone = both.model_copy(update={"num_networks": 0})
    said = train(clips, store, alone, tiny_networks(), outputs(tmp_path / "alone"))
    mixed, by_itself = (predictions.read(tmp_path / which / "predictions.parquet") for which in ("both", "alone"))
    assert mixed.table["baseline"].tolist() == by_itself.table["baseline"].tolist()
    tested = by_itself.part("test")
    assert tested["baseline"].tolist() == tested["predicted"].tolist()
    assert (mixed.part("test")["p_anger"] != tested["p_anger"]).any()
    assert read_history(tmp_path / "alone/history.csv").empty
    assert "epochs" not in said


def test_the_baseline_has_its_temperature(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    def said(heat: float) -> np.ndarray:
        settings = tiny(num_networks=0, average_speeds=False, baseline_temperature=heat)
        train(clips, store, settings, tiny_networks(), outputs(tmp_path / str(heat)))
        made = predictions.read(tmp_path / str(heat) / "predictions.parquet").table
        probabilities: np.ndarray = made[[f"p_{label}" for label in LABELS]].to_numpy(np.float64)
        return probabilities

    np.testing.assert_allclose(said(4.0), softened(said(1.0), 4.0), atol=1e-6)


def test_corpora_that_only_train_reach_the_network_and_not_the_baseline(
    make_store: Make, grid: Make, separable: Make, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    # The other corpus has two of the three labels, so that its clips compete among these.
    clips = pd.concat([grid(6, LABELS), grid(3, LABELS[:2], corpus="other", takes=6)], ignore_index=True)
    store = make_store(tmp_path / "features", [(clip, "", frames) for clip, frames in separable(clips).items()])
    settings = tiny(epochs=2, split__train_also=["other"], baseline_share=0.0)
    said = train(clips, store, settings, tiny_networks(), outputs(tmp_path / "pooled"))
    assert "other only trained on" in said
    alone = settings.model_copy(update={"split": settings.split.model_copy(update={"train_also": []})})
    train(clips[clips["corpus"] == "toy"], store, alone, tiny_networks(), outputs(tmp_path / "alone"))
    pooled, single = (predictions.read(tmp_path / which / "predictions.parquet").table for which in ("pooled", "alone"))
    assert pooled["clip_id"].tolist() == single["clip_id"].tolist()
    assert pooled["baseline"].tolist() == single["baseline"].tolist()
    assert (pooled["p_anger"] != single["p_anger"]).any()
    corpora = load(tmp_path / "pooled/models")[0].blueprint.provenance.corpora
    assert [(corpus.name, corpus.speakers) for corpus in corpora] == [("other", 3), ("toy", 4)]


def test_what_only_the_baseline_sees(clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path) -> None:
    seen = {"epochs": 1, "baseline_only": [store.columns[0], "nothing_*"]}
    train(clips, store, tiny(**seen), tiny_networks(), outputs(tmp_path))
    assert load(tmp_path / "models")[0].blueprint.network_columns == tuple(store.columns[1:])
    with pytest.raises(UserError, match=r"train_cnn\.baseline_only: .* leave the network no column to see"):
        train(clips, store, tiny(baseline_only=["*"]), tiny_networks(), outputs(tmp_path))


def test_after_an_error_everything_old_stays(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, tmp_path: Path, digests: Make
) -> None:
    (tmp_path / "models").mkdir()
    for name in ("models/old", "predictions.parquet", "history.csv"):
        (tmp_path / name).write_text("old")
    before = digests(tmp_path)
    with pytest.raises(UserError, match=r"networks\.cnn does not fit train_cnn\.seconds"):
        train(clips, store, tiny(seconds=0.01, augment__time_masks=0), tiny_networks(), outputs(tmp_path))
    with pytest.raises(UserError, match="coefficient_mask_width is 5, but the network sees 4 columns"):
        train(clips, store, tiny(augment__coefficient_mask_width=5), tiny_networks(), outputs(tmp_path))
    with pytest.raises(UserError, match="folds is 9, but there are only 6 speakers"):
        train(clips, store, tiny(split__protocol="speaker_kfold", split__folds=9), tiny_networks(), outputs(tmp_path))
    assert digests(tmp_path) == before


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_clip_without_features_is_not_passed_over(
    part: str, clips: Any, features: Features, make_store: Make, tiny: Make, fit_fold: Make, tmp_path: Path
) -> None:
    rows = members(clips, tiny())
    lost = rows.loc[rows["part"] == part, "clip_id"].iloc[0]
    given = [(clip, "", frames) for clip, frames in features.items() if clip != lost]
    with pytest.raises(UserError, match=f"holds no features of clip '{lost}'"):
        fit_fold(rows, make_store(tmp_path / "some", given), tiny())


def test_the_models_record_whom_they_heard_and_how_they_did_on_their_validation_parts(
    grid: Make, make_clips: Make, make_store: Make, tiny: Make, tiny_networks: Make, tmp_path: Path, separable: Make
) -> None:
    rows = pd.concat([grid(8, LABELS, corpus="synthetic").assign(language="en"),
                      grid(4, LABELS, corpus="emodb").assign(language=["de", None] * 12)])
    clips = make_clips({**row, "speaker": row["speaker"].partition("-")[2]} for row in rows.to_dict("records"))
    store = make_store(tmp_path / "features", [(clip, "", frames) for clip, frames in separable(clips).items()])
    train(clips, store, tiny(num_networks=0), tiny_networks(), outputs(tmp_path), min_duration=0.25)
    split = pd.read_csv(tmp_path / "models/split.csv").merge(clips, on="clip_id")
    heard = split[split["part"] == "train"]
    (bundle,) = load(tmp_path / "models")
    said = bundle.blueprint.provenance
    assert not said.synthetic
    assert said.min_duration == 0.25
    assert said.corpora == tuple(
        CorpusUse(name, name == "synthetic", (language,), heard[heard["corpus"] == name]["speaker"].nunique(),
                  int((heard["corpus"] == name).sum())) for name, language in (("emodb", "de"), ("synthetic", "en")))
    validation = predictions.read(tmp_path / "predictions.parquet").part("validation")
    assert said.validation == (ValidationScore(
        0, pytest.approx(uar(validation["label"], validation["predicted"]), abs=1e-6), len(validation),
        split.loc[split["part"] == "validation", "speaker"].nunique(), unheard=True),)


def test_every_fold_has_its_score_and_a_test_clip_leaves_it_as_it_is(
    clips: Any, features: Features, make_store: Make, tiny: Make, tiny_networks: Make, tmp_path: Path
) -> None:
    # That no test clip reaches a network: above.
    settings = tiny(split__protocol="random_kfold", split__folds=2, num_networks=0)
    split = splits.make(clips, settings.split, settings.seed)
    tested = set(split.loc[(split["fold"] == 0) & (split["part"] == "test"), "clip_id"])
    scores = []
    for name, factor in (("plain", 1), ("changed", 50)):
        given = [(clip, "", frames * (factor if clip in tested else 1)) for clip, frames in features.items()]
        train(clips, make_store(tmp_path / name / "features", given), settings, tiny_networks(),
              outputs(tmp_path / name))
        scores.append(load(tmp_path / name / "models")[0].blueprint.provenance.validation)
    assert [score.fold for score in scores[0]] == [0, 1]
    assert not scores[0][0].unheard, "its speakers are trained on, too"
    assert scores[0][0] == scores[1][0]
