"""What there is to fetch for a corpus."""

import dataclasses
import json
from pathlib import Path

import pytest

from speech_emotion.acquisition.sources import remote_files, total_bytes
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import Dataverse


def test_crema_d_has_an_address_and_a_checksum_for_every_clip():
    corpus = registry.CORPORA["crema_d"]
    files = remote_files(corpus)
    assert len(files) == 7443
    assert files[0].url == ("https://media.githubusercontent.com/media/CheyneyComputerScience/CREMA-D/master/"
                            "AudioWAV/1001_DFA_ANG_XX.wav")
    assert files[0].checksum == "sha256:c6f94b2592487c7556bd86df7df6e8f4420d1b9c11414aeec9d8e5e640b51495"
    assert total_bytes(corpus) == sum(file.bytes for file in published.files(corpus))


def test_a_dataverse_is_asked_for_the_numbers_of_its_files(server):
    names = [Path(file.path).name for file in published.files(registry.CORPORA["tess"])]
    listing = {"data": [{"dataFile": {"id": number, "filename": name.upper()}} for number, name in enumerate(names)]}
    server.files["api/datasets/:persistentId/versions/:latest-published/files?persistentId=doi:1"] = (
        json.dumps(listing).encode())
    corpus = dataclasses.replace(registry.CORPORA["tess"], source=Dataverse(server.base.rstrip("/"), "doi:1"))
    files = remote_files(corpus)
    assert len(files) == 2800
    assert files[5].url == f"{server.base}api/access/datafile/5"
    assert files[5].path == published.files(registry.CORPORA["tess"])[5].path
    listing["data"].pop()
    server.files["api/datasets/:persistentId/versions/:latest-published/files?persistentId=doi:1"] = (
        json.dumps(listing).encode())
    with pytest.raises(UserError, match="no longer lists 1 files of TESS"):
        remote_files(corpus)


@pytest.mark.parametrize("answer", [b"<html>", b'{"data": 3}', b'{"data": [{"x": 1}]}'])
def test_a_dataverse_that_answers_something_else_is_said_to(server, answer):
    server.files["api/datasets/:persistentId/versions/:latest-published/files?persistentId=doi:1"] = answer
    corpus = dataclasses.replace(registry.CORPORA["tess"], source=Dataverse(server.base.rstrip("/"), "doi:1"))
    with pytest.raises(UserError, match="does not answer with a list"):
        remote_files(corpus)
