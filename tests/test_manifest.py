import pandas as pd
import pandera.errors
import pyarrow as pa
import pytest

from speech_emotion import manifest
from speech_emotion.core import tables
from speech_emotion.core.errors import UserError
from speech_emotion.ingest.intake import take_in
from speech_emotion.testing import make_corpus


@pytest.fixture(scope="module")
def intake(tmp_path_factory):
    root = tmp_path_factory.mktemp("audio")
    make_corpus(root / "emodb", "emodb", speakers=["03", "08"], labels=["anger", "neutral"])
    make_corpus(root / "synthetic", "synthetic", speakers=["01f"], labels=["anger"])
    return take_in(root)


def test_what_is_written_is_read_back(intake, tmp_path):
    manifest.write(intake.clips, tmp_path / "m.parquet")
    manifest.write_files(intake.files, tmp_path / "f.parquet")
    pd.testing.assert_frame_equal(manifest.read(tmp_path / "m.parquet"), intake.clips)
    pd.testing.assert_frame_equal(manifest.read_files(tmp_path / "f.parquet"), intake.files)


def test_the_order_of_rows_does_not_change_the_bytes(intake, tmp_path):
    manifest.write(intake.clips, tmp_path / "a.parquet")
    manifest.write(intake.clips.iloc[::-1], tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_nothing_in_the_manifest_says_where_a_clip_lies(intake):
    assert not {"path", "sha256", "bytes"} & set(intake.clips.columns)


def test_files_are_put_beside_their_clips(intake):
    wide = manifest.join_files(intake.clips, intake.files)
    assert wide["clip_id"].tolist() == intake.clips["clip_id"].tolist()
    assert wide.loc[wide["corpus"] == "synthetic", "path"].tolist() == ["synthetic/syn01f/syn01f_s01_ang_1.wav"]


def test_tables_of_different_runs_are_refused(intake):
    with pytest.raises(UserError, match="1 clips of the manifest have no file"):
        manifest.join_files(intake.clips, intake.files.iloc[1:])


@pytest.mark.parametrize(("column", "value"), [
    ("sex", "f"), ("duration", 0.0), ("digest", "xyz"), ("clip_id", "emodb-0123456789abcdef"), ("speaker", "03"),
    ("label", ""), ("sample_rate", 0), ("age", 200), ("corpus", "../emodb"), ("corpus", "emo/db"),
])
def test_a_wrong_value_is_neither_written_nor_read(intake, tmp_path, column, value):
    wrong = intake.clips.copy()
    wrong.loc[0, column] = value
    with pytest.raises(pandera.errors.SchemaError):
        manifest.write(wrong, tmp_path / "m.parquet")
    assert not (tmp_path / "m.parquet").exists()
    tables.write(pa.Table.from_pandas(wrong, preserve_index=False), tmp_path / "m.parquet")
    with pytest.raises(UserError, match="is not a manifest of this version"):
        manifest.read(tmp_path / "m.parquet")


def test_missing_damaged_and_foreign_files_are_said_to_be_so(intake, tmp_path):
    manifest.write(intake.clips, tmp_path / "cut.parquet")
    whole = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:-100])
    (tmp_path / "text.parquet").write_text("clip_id,label\n")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "foreign.parquet")
    for name, message in {"none.parquet": "there is no manifest", "cut.parquet": "damaged or no manifest",
                          "text.parquet": "damaged or no manifest", "foreign.parquet": "it has no checksum"}.items():
        with pytest.raises(UserError, match=message):
            manifest.read(tmp_path / name)


def test_columns_of_another_version_are_named(intake, tmp_path):
    older = pa.Table.from_pandas(intake.clips, preserve_index=False).drop_columns(["statement"])
    tables.write(older.append_column("gender", older["sex"]), tmp_path / "m.parquet")
    with pytest.raises(UserError, match=r"of this version \(it has, or lacks: gender, statement\); run: dvc repro"):
        manifest.read(tmp_path / "m.parquet")


def test_a_manifest_without_rows_keeps_its_columns(tmp_path):
    manifest.write(manifest.empty(), tmp_path / "m.parquet")
    assert list(manifest.read(tmp_path / "m.parquet").columns) == list(manifest.SCHEMA.columns)


@pytest.mark.parametrize(("column", "kind"), [("duration", "string"), ("sample_rate", "float64"), ("label", "binary"),
                                              ("age", "int64")])
def test_foreign_types_are_refused(intake, tmp_path, column, kind):
    table = pa.Table.from_pandas(intake.clips, preserve_index=False)
    at = table.column_names.index(column)
    tables.write(table.set_column(at, column, table[column].cast(kind)), tmp_path / "m.parquet")
    with pytest.raises(UserError, match=r"is not a manifest of this version"):
        manifest.read(tmp_path / "m.parquet")
