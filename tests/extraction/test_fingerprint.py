"""What decides a number is part of the fingerprint, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import grimp
import pytest

from speech_emotion.extraction import fingerprint
from speech_emotion.features import registry
from speech_emotion.params.extract_mfcc import ExtractMfcc

Settings = Callable[..., ExtractMfcc]
SOURCE = Path(__file__).resolve().parents[2] / "src"


def test_fingerprint_covers_the_code_that_computes_each_feature_and_no_other() -> None:
    graph = grimp.build_graph(
        "speech_emotion", include_external_packages=False, exclude_type_checking_imports=True, cache_dir=None
    )
    # What only names things, raises errors or describes settings does not decide a number.
    harmless = {"speech_emotion.arrays", "speech_emotion.core.errors", "speech_emotion.audio.containers",
                "speech_emotion.audio.truncation", "speech_emotion.core.processor", "speech_emotion.parallel.memory"}
    for feature in registry.features():
        roots = {"speech_emotion.features.compute", f"speech_emotion.features.{feature}"}
        modules = {
            module for module in roots.union(*map(graph.find_upstream_modules, roots))
            if not module.startswith("speech_emotion.params") and module not in harmless
            and not (SOURCE / Path(*module.split("."))).is_dir()
        }
        covered = {
            ".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in fingerprint.modules([feature])
        }
        unused = {"speech_emotion.features.mel", "speech_emotion.features.mel_scale"}  # by some features
        assert covered - unused <= modules <= covered


def test_code_and_settings_of_features_that_are_not_computed_are_no_part_of_the_fingerprint(
    extract_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def changed(feature: str, *computed: str) -> bool:
        chosen = extract_settings(*computed)
        before = fingerprint.of_recipe(chosen)
        source = Path(fingerprint.__file__).parents[1] / "features" / f"{feature}.py"
        other = tmp_path / source.name
        other.write_text(source.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
        listed = fingerprint.modules
        with monkeypatch.context() as patch:
            fingerprint.of_code.cache_clear()
            patch.setattr(fingerprint, "modules", lambda names: [
                other if path == source else path for path in listed(names)
            ])
            after = fingerprint.of_recipe(chosen)
        fingerprint.of_code.cache_clear()
        return after != before

    assert changed("mfcc", "mfcc")
    assert changed("framing", "mfcc")
    assert changed("chroma", "mfcc", "chroma")
    assert not changed("chroma", "mfcc")
    assert not changed("mfcc", "log_mel")
