"""The guard sees what a case does, and goes on with the next."""

from . import guard, misbehaving


def test_every_misdeed_is_found_and_the_other_cases_are_tried(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 6.0)
    summary = guard.guarded("misdeeds", misbehaving.case, 1, len(misbehaving.DEEDS), tmp_path, workers=2)
    found = {misbehaving.DEEDS[int(number)]: what for number, what in (
        finding.split(": ", 1) for finding in summary.findings)}
    assert set(found) == set(misbehaving.DEEDS) - {"taken"}
    assert found["killed"].startswith("signal 11: Fatal Python error")
    assert found["raises"].startswith("ZeroDivisionError at ")
    assert found["hangs"] == "hangs for more than 6 s"
    assert found["grows"].startswith("takes 1.7 GB")
    assert found["escapes"] == "a file outside its folder: a/b/out.txt"
    assert found["prints"] == "prints 18 bytes"
    assert found["finds"].endswith("a value that is not finite")
    assert found["exits"] == "exit status 3"
    assert summary.tally["taken"] == 1
    assert not list(tmp_path.iterdir())


def test_the_same_seed_and_number_give_the_same_case():
    first, again, other = (guard.generator(seed, 7).random() for seed in (1, 1, 2))
    assert first == again != other
