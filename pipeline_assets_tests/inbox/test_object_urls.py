"""Which URLs of object stores are accepted, and what is said of the others."""

import pytest

from pipeline_assets.environment import settings_in_force
from pipeline_assets.errors import UsageError
from pipeline_assets.inbox.object_urls import ObjectUrl, parse_object_url


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("s3://bucket/a/b", ("s3", "bucket", "a/b")),
        ("s3://my.bucket", ("s3", "my.bucket", "")),
        ("gs://bucket_1/prod/", ("gs", "bucket_1", "prod")),
        ("az://container/x-y.z", ("az", "container", "x-y.z")),
    ],
)
def test_a_url_has_a_scheme_a_bucket_and_a_prefix(text: str, parts: tuple[str, str, str]) -> None:
    url = parse_object_url(text)
    assert (url.scheme, url.bucket, url.prefix) == parts
    assert url.shown == text.rstrip("/")
    assert str(url.root / "product_inbox") == f"{text.rstrip('/')}/product_inbox"
    assert (url.root / "archive" / "a.jsonl").relative_to(url.root).as_posix() == "archive/a.jsonl"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data", "give a URL such as s3://bucket/prefix"),
        ("file:///data", "give a URL such as"),
        ("s3://", "must be followed by the name of a bucket"),
        ("s3:///prefix", "must be followed by the name of a bucket"),
        ("s3://key:hidden@bucket/x", "credentials come from the environment"),
        ("s3://bucket/x?secret=hidden", "credentials come from the environment"),
        ("s3://bucket/../x", "the prefix may have"),
        ("s3://bucket//x y", "the prefix may have"),
    ],
)
def test_another_url_is_refused_by_what_is_wrong_and_is_not_repeated(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="files_url") as told:
        settings_in_force(files_url=text)
    assert said in str(told.value)
    assert "hidden" not in str(told.value)


def test_equal_urls_lead_to_equal_paths() -> None:
    assert parse_object_url("s3://b-1/x").root == ObjectUrl("s3", "b-1", "x").root
