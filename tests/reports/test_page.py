"""report.html: complete, self-contained, small, and deaf to what a server writes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.html.difference import mark
from reports.html.page import LIMIT
from reports.html.page import page as report
from reports.run import read
from reports.text import reproduced
from tests.reports import example_parts as parts
from tests.reports import examples


class Page(HTMLParser):
    """What stands in a page: tags with their attributes, text by element, ids."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inline: dict[str, str] = {}
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.inline[self._inside] = self.inline.get(self._inside, "") + data
        else:
            self.text += data

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


NAMES = ["conformant", "faulty", "incomplete", "hostile"]


def page(rendered: dict[str, Path], name: str) -> Page:
    return Page((rendered[name] / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_policy_allows_its_own_script_and_style_by_hash_and_nothing_else(rendered: dict[str, Path], name: str) -> None:
    found = page(rendered, name)
    policy = next(
        a["content"] for t, a in found.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None and policy.startswith("default-src 'none'") and "unsafe" not in policy
    for element in ("script", "style"):
        assert sum(tag == element for tag, _ in found.tags) == 1
        digest = base64.b64encode(hashlib.sha256(found.inline[element].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_of_anywhere(rendered: dict[str, Path], name: str) -> None:
    found = page(rendered, name)
    for tag, attributes in found.tags:
        assert tag not in ("img", "link", "iframe", "object", "embed", "audio", "video", "base", "use", "image")
        for attribute, value in attributes.items():
            assert attribute not in ("src", "srcset", "style", "action", "ping", "background"), (tag, attribute)
            assert not attribute.startswith("on")
            if attribute in ("href", "xlink:href"):
                asked_by_a_click = (
                    tag == "a" and attributes.get("rel") == "noreferrer" and str(value).startswith("https://")
                )
                assert value and (value.startswith("#") or asked_by_a_click), value
    assert "url(" not in found.inline["style"] and "@import" not in found.inline["style"]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere_and_ids_are_unique(rendered: dict[str, Path], name: str) -> None:
    found = page(rendered, name)
    ids = found.ids()
    assert len(ids) == len(set(ids))
    targets = {a["href"] for _, a in found.tags if a.get("href")}
    assert {t for t in targets if t and not t.startswith("https://")} <= {f"#{i}" for i in ids}
    for requirement in read(rendered[name]).result["requirements"]:
        assert requirement["id"] in ids


def test_it_says_what_matters(rendered: dict[str, Path]) -> None:
    text = page(rendered, "faulty").text
    result = read(rendered["faulty"]).result
    for rule in result["requirements"]:
        assert rule["sentence"] in text
        for found in rule["findings"]:
            assert found["expected"] in text and found["seen"] in text
            assert found["summary"].removeprefix(f"{rule['title']}: ") in text
            assert not found["reproduced"] or f"sent again: broken {reproduced(found)} times" in text
            assert not found["script"] or (rendered["faulty"] / found["script"]).read_text() in text
    assert "72 of 74 requirements judged" in text
    assert '"purchaseOrderId": "5000000000"' in text
    assert "document O: 15029; document P: error codes" in text
    assert "known since 3 November" in text and "blocked by PRICE-TOTAL" in text
    assert "a second app under [[apps]]" in page(rendered, "incomplete").text
    assert "No requirement that was judged is broken" in page(rendered, "conformant").text


def test_a_quick_run_says_so(tmp_path: Path) -> None:
    result, traffic = examples.conformant()
    folder = examples.write(tmp_path, (result | {"scope": "quick"}, traffic))
    assert "0 · quick: one case of each rule" in Page(report(read(folder))).text


def test_text_of_a_server_stays_text(rendered: dict[str, Path]) -> None:
    html = (rendered["hostile"] / "report.html").read_text(encoding="utf-8")
    found = Page(html)
    assert not any(tag in ("img", "b") and attributes for tag, attributes in found.tags)
    assert "<img" not in html and html.count("</script>") == 1 and html.count("</style>") == 1
    assert examples.MARKUP in found.text and "49 &" not in found.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028\ud800-\udfff]", html)
    assert "\\u001b[2J" in html and "\\u202eltr" in html and "\\ud800" in html


def test_a_huge_run_still_makes_a_small_page(tmp_path: Path) -> None:
    """200 findings, each with 20 exchanges that carry 40,000 characters, and texts that never end."""
    from reports import render_all

    result, _ = examples.faulty()
    traffic = [
        parts.exchange("t", n, "getGuestCheckoutSession", "/1", None, 200, {"text": "ä<&" * 13_000}) for n in range(20)
    ]
    many = [
        parts.finding(
            "QTY-ZERO", "s" * 3000, "e <" * 1500, "o" * 3000, [x["id"] for x in traffic], ["step"] * 20, count=n + 1
        )
        for n in range(200)
    ]
    parts.change(
        result,
        "QTY-ZERO",
        findings=many,
        cases={"judged": 1, "of": 5000, "missing": [examples.missing("m" * 500)] * 4999},
    )
    folder = examples.write(tmp_path, (result, traffic))
    render_all(folder)
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert len(html.encode()) <= LIMIT
    assert "exchanges.jsonl has it" in html and "more finding" in html and "characters more" in html


def test_a_traceback_among_the_notes_is_folded_up(tmp_path: Path) -> None:
    from reports import render_all

    result, _ = examples.conformant()
    result["notes"] = [f"suites/test_{n}.py: KeyError\nTraceback line {n}\n" for n in range(30)]
    folder = examples.write(tmp_path, (result, []))
    render_all(folder)
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.count('<details class="note">') == 20 and "10 more notes" in html
    summary = (folder / "summary.md").read_text(encoding="utf-8")
    assert "Traceback line" not in summary and "25 more notes" in summary


def test_a_torn_record_is_told_and_the_rest_rendered(tmp_path: Path) -> None:
    from reports import render_all

    folder = examples.write(tmp_path, examples.faulty())
    with (folder / "exchanges.jsonl").open("a") as file:
        file.write('{"id": "w9/1", "tra\n[]\n')
    (folder / "scripts" / "QTY-ZERO.sh").unlink()
    render_all(folder)
    text = Page((folder / "report.html").read_text(encoding="utf-8")).text
    assert "exchanges.jsonl, line 8: no exchange" in text and "w2-17/3" in text


def test_no_file_outside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.sh").write_text("SENTINEL")
    result, _ = examples.faulty()
    parts.change(
        result, "QTY-ZERO", findings=[parts.finding("QTY-ZERO", "a", "b", "c", [], [], script="x/../../secret.sh")]
    )
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "result.json").write_text(json.dumps(result))
    (folder / "x").mkdir()
    with pytest.raises(ValueError, match="script"):
        read(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 3, "requirements": []}'])
def test_what_is_no_result_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "result.json").write_text(content)
    with pytest.raises(ValueError, match=r"result\.json"):
        read(tmp_path)


def test_what_differs_is_marked() -> None:
    expected, seen = mark("status 400 with errorId 15029", "status 409 with errorId 15021")
    assert [text for text, differs in expected if differs] == ["400", "15029"]
    assert [text for text, differs in seen if differs] == ["409", "15021"]
    for a, b in (("a b c", "x y z"), ("", "x"), ("total 12.50", "total 12.5"), ("same", "same")):
        left, right = mark(a, b)
        assert "".join(text for text, _ in left) == a and "".join(text for text, _ in right) == b


def test_a_text_in_a_list_is_marked_as_a_whole() -> None:
    _, seen = mark('["v1|1|0", "v1|3|0"]', '["v1|1|0", "v1|2|0", "v1|3|0"]')
    assert [text.strip(", ") for text, differs in seen if differs] == ['"v1|2|0"']


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        ("Nothing failed in a quick look at shop; 9 of 9 requirements were judged.", "Nothing failed"),
        ("No MUST failed in a quick look at shop; 1 SHOULD failed and does not decide.", "No MUST failed"),
    ],
)
def test_the_words_of_the_verdict_are_marked_where_they_stand(sentence: str, marked: str, tmp_path: Path) -> None:
    result, exchanges = examples.conformant()
    said = {"verdict": "nothing failed", "ending": "quick", "sentence": sentence}
    page = report(read(examples.write(tmp_path, (result | said, exchanges))))
    (heading,) = re.findall("<h1>(.*?)</h1>", page)
    assert f">{marked}</em>" in heading and re.sub("<.*?>", "", heading) == sentence
