"""Pages of S3 as it writes them; the whole way, on a real server, is in `test_object_files`."""

import pytest

from pipeline_assets.inbox.object_versions import ObjectVersion
from pipeline_assets.inbox.s3_listing import parse_page

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
CONTENTS = (
    "<Contents><Key>in/{key}</Key><LastModified>2025-09-01T10:00:00.500Z</LastModified>"
    "<ETag>&quot;e1&quot;</ETag><Size>5</Size></Contents>"
)
WRITTEN_NS = 1_756_720_800 * 10**9


def page(inner: str) -> bytes:
    return f'<?xml version="1.0"?><ListBucketResult {NAMESPACE}>{inner}</ListBucketResult>'.encode()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a.jsonl", "a.jsonl"),
        ("a&amp;b&#43;c.jsonl", "a&b+c.jsonl"),
        ("a&#x1;b.jsonl", "a\ufffdb.jsonl"),
        ("a&#1;b.jsonl", "a\ufffdb.jsonl"),
        ("a\x01b.jsonl", "a\ufffdb.jsonl"),
        ("a&#99999999;b.jsonl", "a\ufffdb.jsonl"),
        ("a&#xA;b.jsonl", "a\nb.jsonl"),
        ("/a.jsonl", "/a.jsonl"),
    ],
)
def test_every_key_is_listed_and_what_xml_cannot_hold_is_shown(written: str, read: str) -> None:
    found = parse_page(page(CONTENTS.format(key=written)))
    assert found.objects == [ObjectVersion(f"in/{read}", 5, '"e1"', WRITTEN_NS)]
    assert (found.prefixes, found.next_page) == ([], None)


def test_folders_and_the_next_page_are_told() -> None:
    folders = "<CommonPrefixes><Prefix>in//</Prefix></CommonPrefixes>"
    more = "<NextContinuationToken>1/+=</NextContinuationToken>"
    assert parse_page(page(folders + more)) == ([], ["in//"], "1/+=")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<Error><Code>Slow</Code></Error>", "answers with Error"),
        (b"<html>", "no element found"),
        (b"", "no element found"),
    ],
)
def test_what_is_no_page_is_an_error(answer: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_page(answer)
